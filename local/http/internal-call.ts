/** Calls a service without HTTP, as its owner: for setting a cloud up from the program that started it. */
import { fromBuffer } from "./payload";
import { CloudError, type CloudRequest, type Principal, type Reply, type Service } from "./service";

const OWNER: Principal = { name: "(cloud)", accessKeyId: "(cloud)", secretAccessKey: "" };

export interface InternalRequest {
  readonly method: string;
  /** Percent-encoded. */
  readonly path: string;
  /** Without `?`. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Not logged, no faults. @throws CloudError what the service answers */
export async function callInternally(service: Service, input: InternalRequest): Promise<Reply> {
  const payload = Buffer.from(input.body ?? "");
  const request: CloudRequest = {
    id: "INTERNAL",
    method: input.method,
    rawPath: input.path,
    query: new URLSearchParams(input.query ?? ""),
    headers: { host: "127.0.0.1", "content-length": String(payload.length), ...input.headers },
    ...fromBuffer(payload),
    payload,
    principal: OWNER,
    signingName: service.name,
    signal: new AbortController().signal,
  };
  const route = service.route(request);
  if (route === undefined)
    throw new CloudError(501, "NotImplemented", `${input.method} ${input.path} is no operation of ${service.name}.`);
  return service.handle(request, route);
}
