/** A service that speaks AWS JSON 1.0 / 1.1: the operation is in `X-Amz-Target`, input and output are JSON objects. */
import { CloudError, type CloudRequest, type Reply, type Service, type ServiceName } from "./service";

export interface JsonServiceOptions {
  readonly name: ServiceName;
  /** With the dot: "AmazonEC2ContainerServiceV20141113." */
  readonly target: string;
  readonly version: "1.0" | "1.1";
  readonly operations: readonly string[];
  /** The service also speaks the query protocol, and its errors have names there too: `x-amzn-query-error`. */
  readonly hasQueryErrors?: boolean;
  readonly resourceOf: (operation: string, input: Readonly<Record<string, unknown>>) => string | undefined;
  readonly call: (operation: string, input: Readonly<Record<string, unknown>>, request: CloudRequest) => unknown;
}

export function makeJsonService(options: JsonServiceOptions): Service {
  const operations = new Set(options.operations);
  const contentType = { "content-type": `application/x-amz-json-${options.version}` };
  return {
    name: options.name,
    route(request) {
      const target = request.headers["x-amz-target"];
      if (typeof target !== "string" || !target.startsWith(options.target)) return undefined;
      const operation = target.slice(options.target.length);
      if (!operations.has(operation)) return undefined;
      const resource = options.resourceOf(operation, parse(request));
      return { operation, ...(resource !== undefined && { resource }) };
    },
    async handle(request, route): Promise<Reply> {
      const output = await options.call(route.operation, parse(request), request);
      return { status: 200, headers: contentType, body: JSON.stringify(output) };
    },
    errorReply: (error) => {
      const queryError = `${error.code};${error.status < 500 ? "Sender" : "Receiver"}`;
      const headers =
        options.hasQueryErrors === true ? { ...contentType, "x-amzn-query-error": queryError } : contentType;
      return { status: error.status, headers, body: JSON.stringify(errorBody(error)) };
    },
  };
}

/** `{}` for no payload. @throws CloudError SerializationException */
function parse(request: CloudRequest): Readonly<Record<string, unknown>> {
  const body = request.payload?.toString("utf8") ?? "";
  try {
    const parsed: unknown = JSON.parse(body === "" ? "{}" : body);
    if (typeof parsed === "object" && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new CloudError(400, "SerializationException", "The payload is not a JSON object.");
}

function errorBody(error: CloudError): unknown {
  const { resourceIds, ...details } = error.details;
  return {
    __type: error.code,
    message: error.message,
    ...details,
    ...(resourceIds !== undefined && { resourceIds: resourceIds.split(",") }),
  };
}
