/** One request from its first byte to the last of its answer: authenticate, route, strike, handle, answer, log. */
import { missingAuthentication } from "./auth-errors";
import type { FaultAction, FaultPoint } from "./fault-rules";
import type { Strike } from "./faults";
import type { Front } from "./front";
import { Incoming } from "./incoming";
import { fromBuffer, readAll } from "./payload";
import {
  CloudError,
  type CloudRequest,
  type Principal,
  type Reply,
  type Route,
  type Service,
  type ServiceName,
} from "./service";
import { internalError, marked, markOf, unmarked } from "./error-mark";
import { pause, strikeReply } from "./strikes";
import type { Wire } from "./wire";

/** Lambda's synchronous payload limit is 6 MB, the largest of the services whose payload is read whole. */
const MAX_WHOLE_PAYLOAD = 7 * 1024 * 1024;
/** A late effect needs its payload in memory, for the connection is gone by then. */
const MAX_LATE_PAYLOAD = 64 * 1024 * 1024;
const ANONYMOUS: Principal = { name: "(anonymous)", accessKeyId: "", secretAccessKey: "" };

/** Thrown through the exchange when the connection is to be cut without an answer. */
class Cut extends Error {}

export class Exchange {
  readonly done: Promise<void>;
  private readonly at = Date.now();
  private readonly started = performance.now();
  private finish: () => void = () => undefined;
  /** Only a late effect needs one of its own: its client is gone from the start. */
  private late: AbortController | undefined;
  private readonly request: Incoming;
  private service: Service | undefined;
  private point: FaultPoint;
  private readonly struck: string[] = [];
  private bytesIn = 0;

  constructor(
    private readonly front: Front,
    private readonly wire: Wire,
    private readonly id: string,
  ) {
    this.done = new Promise((resolve) => (this.finish = resolve));
    this.request = new Incoming(id, wire, ANONYMOUS);
    this.point = { service: "s3", operation: `(unknown) ${this.request.method}`, principal: ANONYMOUS.name };
  }

  /** The cloud closes: hanging requests end, late effects do not happen any more. */
  abandon(): void {
    this.late?.abort();
    this.request.abandon();
  }

  /** Never rejects. */
  async run(): Promise<void> {
    let reply: Reply | undefined;
    let errorCode: string | undefined;
    this.front.options.log.begin(this.point.operation);
    try {
      reply = await this.answer();
    } catch (error) {
      if (!(error instanceof Cut)) {
        const known = error instanceof CloudError ? error : internalError(error);
        errorCode = known.code;
        reply = this.errorReply(known);
      }
    }
    errorCode ??= markOf(reply);
    let bytesOut = 0;
    try {
      if (reply !== undefined) bytesOut = await this.wire.answer(unmarked(reply), this.standardHeaders());
    } catch (error) {
      // Nothing of it is out yet.
      const known = internalError(error);
      errorCode = known.code;
      reply = this.errorReply(known);
      bytesOut = await this.wire.answer(unmarked(reply), this.standardHeaders());
    }
    if (reply === undefined) this.wire.cut();
    this.log(this.wire.isAnswered() ? (reply?.status ?? 0) : 0, errorCode, bytesOut);
    this.finish();
  }

  private async answer(): Promise<Reply> {
    await this.authenticate();
    const service = this.service;
    const route = service?.route(this.request);
    if (service === undefined || route === undefined) {
      throw new CloudError(
        501,
        "NotImplemented",
        "A header or operation you provided implies functionality that is not implemented.",
      );
    }
    this.named(service, route);
    const strikes = this.front.options.faults.strike(this.point);
    for (const strike of strikes) this.struck.push(strike.name);
    const late = strikes.find((strike) => strike.action.type === "late");
    if (late?.action.type === "late") return this.cutAndActLater(service, route, late.action);
    const before = await this.apply(strikes, "before");
    if (before !== undefined) return before;
    this.wire.proceed();
    if (strikes.length === 0) return service.handle(this.request, route);
    const reply = await service.handle(this.request, route).catch((error: unknown) => {
      if (error instanceof CloudError) return this.errorReply(error);
      throw error;
    });
    const after = await this.apply(strikes, "after");
    if (after !== undefined && typeof reply.body === "object" && !Buffer.isBuffer(reply.body)) reply.body.destroy();
    return after ?? reply;
  }

  private async authenticate(): Promise<void> {
    const { request, front } = this;
    const auth = front.readAuthorization(request.headers, request.query);
    if (auth === undefined) {
      const service = unsignedService(request);
      this.known(service, ANONYMOUS, service);
      throw missingAuthentication(service);
    }
    this.known(auth.service, ANONYMOUS, auth.signingName);
    if (this.service === undefined)
      throw new CloudError(501, "NotImplemented", `Service ${auth.service} is not running here.`);
    const session = request.headers["x-amz-s3session-token"] ?? request.query.get("X-Amz-S3session-Token") ?? undefined;
    const identity = front.identify(auth.accessKeyId, auth.service, {
      security: auth.securityToken,
      session: typeof session === "string" ? session : undefined,
    });
    this.known(auth.service, identity.principal, auth.signingName);
    const whole = auth.service === "s3" ? undefined : await this.readWhole();
    if (whole === undefined && auth.payloadHash === undefined) {
      throw new CloudError(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
    }
    front.signatures.check(auth, identity.secretAccessKey, request, whole);
    if (identity.session !== undefined) request.session = identity.session;
    if (whole !== undefined) {
      request.setPayload(whole);
      return;
    }
    this.countBytesIn();
    request.setPayloadHash(auth.payloadHash ?? "");
  }

  private async readWhole(): Promise<Buffer> {
    let { whole } = this.wire;
    if (whole === undefined) {
      this.wire.proceed();
      whole = await readAll(this.wire.payload(), MAX_WHOLE_PAYLOAD);
    }
    this.bytesIn = whole.length;
    return whole;
  }

  private countBytesIn(): void {
    const length = this.wire.headers["x-amz-decoded-content-length"] ?? this.wire.headers["content-length"];
    this.bytesIn = typeof length === "string" ? Number(length) : 0;
  }

  /** Undefined: go on. */
  private async apply(strikes: readonly Strike[], when: Strike["when"]): Promise<Reply | undefined> {
    for (const strike of strikes) {
      if (strike.when !== when) continue;
      const { action } = strike;
      switch (action.type) {
        case "reset":
          throw new Cut();
        case "hang":
          await pause(action.ms, this.request.signal);
          throw new Cut();
        case "delay":
          await pause(action.ms, this.request.signal);
          break;
        case "wait":
          await action.until(this.point);
          break;
        case "late":
          break;
        default:
          return strikeReply(action, this.point.service as ServiceName, (error) => this.errorReply(error));
      }
    }
    return undefined;
  }

  private async cutAndActLater(
    service: Service,
    route: Route,
    { delayMs, until }: Extract<FaultAction, { type: "late" }>,
  ): Promise<never> {
    this.wire.proceed();
    const late = (this.late = new AbortController());
    const payload = await readAll(this.request.body, MAX_LATE_PAYLOAD);
    const request = this.request.later(fromBuffer(payload).body, late.signal);
    this.wire.cut();
    await pause(delayMs, late.signal);
    if (until !== undefined) await Promise.race([until, pause(undefined, late.signal)]);
    if (late.signal.aborted) throw new Cut();
    const reply = await service.handle(request, route).catch(() => undefined);
    if (typeof reply?.body === "object" && !Buffer.isBuffer(reply.body)) reply.body.destroy();
    throw new Cut();
  }

  private known(service: ServiceName, principal: Principal, signingName: string): void {
    this.service = this.front.service(service);
    this.point = { ...this.point, service, principal: principal.name };
    this.request.principal = principal;
    this.request.signingName = signingName;
  }

  private named(service: Service, route: Route): void {
    const { log } = this.front.options;
    log.rename(this.point.operation, route.operation);
    this.point = { service: service.name, principal: this.point.principal, ...route };
  }

  /** Marks the code for the log; `unmarked` takes the mark off again. */
  private errorReply(error: CloudError): Reply {
    const reply = this.service?.errorReply(error, this.request) ?? {
      status: error.status,
      headers: { "content-type": "text/plain" },
      body: `${error.code}: ${error.message}\n`,
    };
    return marked(reply, error.code);
  }

  private standardHeaders(): Record<string, string> {
    return this.point.service === "s3"
      ? { "x-amz-request-id": this.id, "x-amz-id-2": this.id }
      : { "x-amzn-requestid": this.id };
  }

  private log(status: number, errorCode: string | undefined, bytesOut: number): void {
    this.front.options.log.end({
      id: this.id,
      at: this.at,
      ms: Math.round((performance.now() - this.started) * 100) / 100,
      ...this.point,
      status,
      ...(errorCode !== undefined && { errorCode }),
      ...(this.struck.length > 0 && { faults: this.struck }),
      bytesIn: this.bytesIn,
      bytesOut,
    });
  }
}

function unsignedService(request: CloudRequest): ServiceName {
  const target = request.headers["x-amz-target"];
  if (typeof target !== "string") return "s3";
  if (target.startsWith("AmazonSQS")) return "sqs";
  return target.startsWith("AmazonEC2ContainerService") ? "ecs" : "s3";
}
