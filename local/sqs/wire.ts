/** The two protocols of SQS: AWS JSON 1.0 (`X-Amz-Target`) and the older query protocol (form in, XML out). */
import type { CloudRequest, CloudError, Reply } from "../http/service";
import { queryCode } from "./errors";
import { isRecord, type Input } from "./input";
import { inputFromForm, outputToXml, xmlText } from "./query-protocol";

const TARGET = "AmazonSQS.";

export interface Call {
  readonly operation: string;
  readonly input: Input;
}

export function isJson(request: CloudRequest): boolean {
  return request.headers["x-amz-target"] !== undefined;
}

/** Undefined for anything that is no call of SQS. */
export function readCall(request: CloudRequest): Call | undefined {
  const body = request.payload?.toString("utf8") ?? "";
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") {
    if (!target.startsWith(TARGET)) return undefined;
    return { operation: target.slice(TARGET.length), input: parseJson(body) };
  }
  const form = new URLSearchParams(request.method === "GET" ? request.query : body);
  const operation = form.get("Action");
  if (operation === null) return undefined;
  const input = inputFromForm(form);
  // The address of the queue may stand for the parameter.
  return { operation, input: { ...(request.rawPath.length > 1 && { QueueUrl: request.rawPath }), ...input } };
}

function parseJson(body: string): Input {
  try {
    const parsed: unknown = JSON.parse(body === "" ? "{}" : body);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

export function writeOutput(request: CloudRequest, operation: string, output: Input): Reply {
  if (!isJson(request)) {
    return { status: 200, headers: { "content-type": "text/xml" }, body: outputToXml(operation, output, request.id) };
  }
  return { status: 200, headers: { "content-type": "application/x-amz-json-1.0" }, body: JSON.stringify(output) };
}

export function writeError(error: CloudError, request: CloudRequest | undefined): Reply {
  const type = error.status < 500 ? "Sender" : "Receiver";
  const code = queryCode(error.code);
  if (request === undefined || isJson(request)) {
    return {
      status: error.status,
      headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-query-error": `${code};${type}` },
      body: JSON.stringify({ __type: `com.amazonaws.sqs#${error.code}`, message: error.message }),
    };
  }
  return {
    status: error.status,
    headers: { "content-type": "text/xml" },
    body:
      `<?xml version="1.0"?><ErrorResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><Error><Type>${type}</Type>` +
      `<Code>${xmlText(code)}</Code><Message>${xmlText(error.message)}</Message><Detail/></Error><RequestId>${request.id}</RequestId></ErrorResponse>`,
  };
}
