/** An HTTP server that answers the JSON protocols of SQS and ECS from functions a test gives; everything else is an error. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface StubCall {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** Thrown by an answer to make the service refuse. */
export interface StubRefusal extends Error {
  readonly type: string;
  readonly status: number;
}

export type StubAnswers = Record<string, (input: Record<string, unknown>, call: number) => unknown>;

export interface AwsStub {
  readonly url: string;
  readonly calls: StubCall[];
  answers: StubAnswers;
  /** Sent with every answer, if given. */
  requestId?: string;
  /** The inputs of one operation, in order. */
  inputsOf(operation: string): Record<string, unknown>[];
  close(): Promise<void>;
}

export async function startAwsStub(answers: StubAnswers): Promise<AwsStub> {
  const calls: StubCall[] = [];
  const server: Server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      const operation = String(request.headers["x-amz-target"]).replace(/^.*\./, "");
      const input = JSON.parse(body === "" ? "{}" : body) as Record<string, unknown>;
      const before = calls.filter((call) => call.operation === operation).length;
      calls.push({ operation, input });
      response.setHeader("content-type", "application/x-amz-json-1.1");
      if (stub.requestId !== undefined) response.setHeader("x-amzn-requestid", stub.requestId);
      try {
        const answer = stub.answers[operation];
        if (answer === undefined) throw refusal("UnknownOperationException", `the stub has no ${operation}`);
        response.end(JSON.stringify(answer(input, before)));
      } catch (error) {
        const { type, message, status } = isRefusal(error) ? error : refusal("StubError", String(error));
        response.statusCode = status;
        response.end(JSON.stringify({ __type: type, message }));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stub: AwsStub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    answers,
    inputsOf: (operation) => calls.filter((call) => call.operation === operation).map((call) => call.input),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return stub;
}

export function refusal(type: string, message: string, status = 400): StubRefusal {
  return Object.assign(new Error(message), { type, status });
}

function isRefusal(error: unknown): error is StubRefusal {
  return error instanceof Error && "type" in error && "status" in error;
}

/** What the SDK and the starter read from the environment, pointing at the stub. */
export function stubEnvironment(
  stub: Pick<AwsStub, "url">,
  changes: Record<string, string> = {},
): Record<string, string> {
  return {
    AWS_REGION: "eu-north-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    AWS_ENDPOINT_URL_SQS: stub.url,
    AWS_ENDPOINT_URL_ECS: stub.url,
    QUEUE_URL: `${stub.url}/123456789012/sync-q`,
    CLUSTER: "sync-cluster",
    TASK_DEFINITION: "sync-task:7",
    TASK_FAMILY: "sync-task",
    SUBNETS: "subnet-1,subnet-2",
    SECURITY_GROUPS: "sg-1",
    ...changes,
  };
}

export const queueOf =
  (visible: number, inFlight = 0, delayed = 0) =>
  () => ({
    Attributes: {
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      ApproximateNumberOfMessagesDelayed: String(delayed),
    },
  });
