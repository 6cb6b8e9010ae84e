/** What a fault looks like on the wire of each service. */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { FaultAction } from "./fault-rules";
import { CloudError, type Reply, type ServiceName } from "./service";

const THROTTLING: Readonly<Record<ServiceName, CloudError>> = {
  s3: new CloudError(503, "SlowDown", "Please reduce your request rate."),
  sqs: new CloudError(403, "RequestThrottled", "Rate exceeded"),
  ecs: new CloudError(400, "ThrottlingException", "Rate exceeded"),
  lambda: new CloudError(429, "TooManyRequestsException", "Rate Exceeded."),
  events: new CloudError(400, "ThrottlingException", "Rate exceeded"),
  logs: new CloudError(400, "ThrottlingException", "Rate exceeded"),
  monitoring: new CloudError(400, "Throttling", "Rate exceeded"),
  ec2: new CloudError(503, "RequestLimitExceeded", "Request limit exceeded."),
  servicequotas: new CloudError(429, "TooManyRequestsException", "Rate exceeded"),
  sts: new CloudError(400, "Throttling", "Rate exceeded"),
  kms: new CloudError(400, "ThrottlingException", "Rate exceeded"),
};

type Answering = Extract<FaultAction, { type: "error" | "throttle" | "200-with-error" }>;

/** The answer of an action that ends a request with an error. */
export function strikeReply(action: Answering, service: ServiceName, errorReply: (error: CloudError) => Reply): Reply {
  if (action.type === "throttle") return errorReply(THROTTLING[service]);
  const message = action.message ?? "Injected by a fault rule of the local cloud.";
  if (action.type === "error") return errorReply(new CloudError(action.status, action.code, message));
  const reply = errorReply(new CloudError(500, action.code, message));
  return {
    headers: reply.headers ?? {},
    status: 200,
    body: keptAlive(typeof reply.body === "string" ? reply.body : ""),
  };
}

/** S3 sends the XML declaration and then white space while it works, so that the connection stays open. */
function keptAlive(document: string): string {
  const declaration = /^\s*<\?xml[^>]*\?>/.exec(document)?.[0] ?? "";
  return `${declaration}\n     \n${document.slice(declaration.length).trimStart()}`;
}

/** Waits `ms` (for ever if undefined), or until the signal. */
export function pause(ms: number | undefined, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const timer = ms === undefined ? undefined : setTimeout(finish, ms);
    signal?.addEventListener("abort", finish);
  });
}

/** Ends a connection without an answer. TLS sockets know no reset of their own. */
export function cut(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}
