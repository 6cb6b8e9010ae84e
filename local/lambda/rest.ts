/** The REST API of Lambda: Invoke, Get/UpdateFunctionConfiguration, PutFunctionConcurrency. Source: Lambda API Reference. */
import { CloudError, type CloudRequest, type Reply, type Service } from "../http/service";
import type { LambdaFunction, FunctionInput } from "./function";

const ROUTES: readonly { method: string; path: RegExp; operation: string }[] = [
  { method: "POST", path: /^\/2015-03-31\/functions\/([^/]+)\/invocations$/, operation: "Invoke" },
  { method: "GET", path: /^\/2015-03-31\/functions\/([^/]+)\/configuration$/, operation: "GetFunctionConfiguration" },
  {
    method: "PUT",
    path: /^\/2015-03-31\/functions\/([^/]+)\/configuration$/,
    operation: "UpdateFunctionConfiguration",
  },
  { method: "PUT", path: /^\/2017-10-31\/functions\/([^/]+)\/concurrency$/, operation: "PutFunctionConcurrency" },
  { method: "DELETE", path: /^\/2017-10-31\/functions\/([^/]+)\/concurrency$/, operation: "DeleteFunctionConcurrency" },
];
const MAX_TAIL_BYTES = 4096;

export function lambdaService(find: (name: string) => LambdaFunction): Service {
  return {
    name: "lambda",
    route(request) {
      for (const { method, path, operation } of ROUTES) {
        const name = request.method === method ? path.exec(request.rawPath)?.[1] : undefined;
        if (name !== undefined) return { operation, resource: shortName(decodeURIComponent(name)) };
      }
      return undefined;
    },
    async handle(request, route) {
      const lambda = find(route.resource ?? "");
      switch (route.operation) {
        case "Invoke":
          return invoke(lambda, request);
        case "UpdateFunctionConfiguration": {
          const input = payload(request);
          checkRevision(lambda, input["RevisionId"]);
          await lambda.configure(readChange(input));
          return answer(200, shown(lambda));
        }
        case "PutFunctionConcurrency": {
          const reserved = Number(payload(request)["ReservedConcurrentExecutions"]);
          await lambda.configure({ reservedConcurrency: reserved });
          return answer(200, { ReservedConcurrentExecutions: reserved });
        }
        case "DeleteFunctionConcurrency":
          await lambda.configure({ reservedConcurrency: 1000 });
          return { status: 204 };
        default:
          return answer(200, shown(lambda));
      }
    },
    errorReply: (error) => ({
      status: error.status,
      headers: { "content-type": "application/json", "x-amzn-errortype": error.code },
      body: JSON.stringify({ Type: error.status < 500 ? "User" : "Service", Message: error.message, ...error.details }),
    }),
  };
}

/** A name, `name:qualifier`, or an ARN. */
function shortName(name: string): string {
  const parts = name.split(":");
  return (name.startsWith("arn:") ? parts[6] : parts[0]) ?? name;
}

async function invoke(lambda: LambdaFunction, request: CloudRequest): Promise<Reply> {
  const event = payload(request);
  const type = request.headers["x-amz-invocation-type"] ?? "RequestResponse";
  if (type === "DryRun") return { status: 204 };
  if (type === "Event") {
    void lambda.invokeLater(event);
    return { status: 202 };
  }
  const { outcome, log } = await lambda.invoke(event);
  const wantsTail = request.headers["x-amz-log-type"] === "Tail";
  const tail = Buffer.from(log.join("\n")).subarray(-MAX_TAIL_BYTES).toString("base64");
  return {
    status: 200,
    headers: {
      "content-type": "application/json",
      "x-amz-executed-version": "$LATEST",
      ...("error" in outcome && { "x-amz-function-error": "Unhandled" }),
      ...(wantsTail && { "x-amz-log-result": tail }),
    },
    body: "error" in outcome ? JSON.stringify(outcome.error) : outcome.result,
  };
}

/** @throws CloudError InvalidRequestContentException */
function payload(request: CloudRequest): Record<string, unknown> {
  const body = request.payload?.toString("utf8") ?? "";
  try {
    return JSON.parse(body === "" ? "{}" : body) as Record<string, unknown>;
  } catch {
    throw new CloudError(400, "InvalidRequestContentException", "Could not parse request body into json.");
  }
}

/** @throws CloudError PreconditionFailedException when the function has changed since that revision */
function checkRevision({ revisionId }: LambdaFunction, wanted: unknown): void {
  if (wanted === undefined || wanted === revisionId) return;
  throw new CloudError(
    412,
    "PreconditionFailedException",
    "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id",
  );
}

function readChange(input: Record<string, unknown>): Partial<FunctionInput> {
  const { Timeout, MemorySize, Environment } = input;
  const variables = (Environment as { Variables?: Record<string, string> } | undefined)?.Variables;
  return {
    ...(typeof Timeout === "number" && { timeoutSeconds: Timeout }),
    ...(typeof MemorySize === "number" && { memory: MemorySize }),
    ...(variables !== undefined && { environment: variables }),
  };
}

function shown(lambda: LambdaFunction): unknown {
  const { name, exportName, timeoutSeconds, memory, environment } = lambda.configuration;
  return {
    FunctionName: name,
    FunctionArn: lambda.arn,
    Runtime: "nodejs20.x",
    Handler: `index.${exportName ?? "handler"}`,
    Timeout: timeoutSeconds ?? 3,
    MemorySize: memory ?? 128,
    State: "Active",
    LastUpdateStatus: "Successful",
    LastModified: lambda.modifiedAt.toISOString(),
    Version: "$LATEST",
    RevisionId: lambda.revisionId,
    Environment: { Variables: environment ?? {} },
  };
}

function answer(status: number, value: unknown): Reply {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}
