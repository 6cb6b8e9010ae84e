/**
 * The one HTTP server of the local cloud. Each service is told by the credential scope of the signature; signatures are checked, faults
 * strike, and everything is logged here, so that a service sees only requests that are allowed and says only what AWS would say.
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { KEEP_ALIVE_SECONDS } from "./answer-head";
import { expiredToken } from "./auth-errors";
import { openConnection } from "./connection";
import { Exchange } from "./exchange";
import type { Faults } from "./faults";
import { NodeWire } from "./node-wire";
import type { Principals } from "./principals";
import { randomHex, type Random } from "./random";
import { writeReply } from "./reply";
import type { RequestLog } from "./request-log";
import { CloudError, type Reply, type Service, type ServiceName } from "./service";
import { makeReadAuthorization, SignatureChecker } from "./signature";
import type { Wire } from "./wire";

/** Answers an unsigned request under `/_cloud/`: the control endpoint, the task metadata endpoint. Undefined = not found. */
export type PlainHandler = (request: PlainRequest) => Promise<Reply | undefined> | Reply | undefined;

export interface PlainRequest {
  readonly method: string;
  /** Behind `/_cloud`, e.g. "/faults". */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly req: IncomingMessage;
}

export interface FrontOptions {
  readonly principals: Principals;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly random: Random;
  /** The time signatures are compared with. */
  readonly now?: () => number;
  /** 0 = any free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Speaks TLS with this certificate instead of plain HTTP. */
  readonly tls?: Certificate;
}

/** Both PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Names that no bucket can have, so nothing of S3 is shadowed. */
const PLAIN_PREFIX = "/_cloud/";

export class Front {
  readonly signatures: SignatureChecker;
  readonly readAuthorization = makeReadAuthorization();
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly services = new Map<ServiceName, Service>();
  private readonly plain: PlainHandler[] = [];
  private readonly exchanges = new Set<Exchange>();

  constructor(readonly options: FrontOptions) {
    this.signatures = new SignatureChecker(options.now ?? Date.now);
    const http = createHttpServer({ keepAliveTimeout: KEEP_ALIVE_SECONDS * 1000, requestTimeout: 0 });
    http.maxRequestsPerSocket = 0;
    http.on("request", (req, res) => this.serveHttp(req, res, false));
    http.on("checkContinue", (req, res) => this.serveHttp(req, res, true));
    const open = (socket: Socket) =>
      openConnection({
        socket,
        serve: (wire) => this.serveWhole(wire),
        giveOver: (given) => http.emit("connection", given),
      });
    const how = { noDelay: true, highWaterMark: 64 * 1024 };
    this.server =
      options.tls === undefined
        ? createServer(how, open)
        : createTlsServer({ ...how, ...options.tls, ALPNProtocols: ["http/1.1"] }, open);
    this.server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
    // Somebody who does not trust the certificate, or speaks no TLS.
    this.server.on("tlsClientError", (_error: Error, socket: Socket) => socket.destroy());
  }

  add(service: Service): void {
    this.services.set(service.name, service);
  }

  addPlain(handler: PlainHandler): void {
    this.plain.push(handler);
  }

  service(name: ServiceName): Service | undefined {
    return this.services.get(name);
  }

  /** Starts to listen; answers `http://127.0.0.1:PORT`, with `https` over TLS. */
  async listen(): Promise<string> {
    const host = this.options.host ?? "127.0.0.1";
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(this.options.port ?? 0, host, () => {
        this.server.off("error", reject);
        resolve();
      });
    });
    return `${this.options.tls === undefined ? "http" : "https"}://${host}:${(this.server.address() as AddressInfo).port}`;
  }

  /** Cuts all connections, then waits until nothing of any request is running (late effects included). */
  async close(): Promise<void> {
    this.options.faults.clear();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const exchange of this.exchanges) exchange.abandon();
    for (const socket of this.sockets) socket.destroy();
    // The clock's timers keep no process alive: one that had nothing else to do would end before it has closed.
    const awake = setInterval(() => undefined, 1000);
    await closed;
    await Promise.all([...this.exchanges].map((exchange) => exchange.done));
    clearInterval(awake);
  }

  /** Cuts every open connection, as a network failure would. */
  resetConnections(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  private serveHttp(req: IncomingMessage, res: ServerResponse, awaitsContinue: boolean): void {
    const target = req.url ?? "/";
    if (target.startsWith(PLAIN_PREFIX)) void this.servePlain(req, res, target);
    else void this.serve(new NodeWire(req, res, awaitsContinue));
  }

  /** False for the endpoints of the cloud's own, which know Node's requests. */
  private serveWhole(wire: Wire): boolean {
    if (wire.target.startsWith(PLAIN_PREFIX)) return false;
    void this.serve(wire);
    return true;
  }

  private async serve(wire: Wire): Promise<void> {
    const exchange = new Exchange(this, wire, randomHex(this.options.random, 16).toUpperCase());
    this.exchanges.add(exchange);
    try {
      await exchange.run();
    } finally {
      this.exchanges.delete(exchange);
    }
  }

  private async servePlain(req: IncomingMessage, res: ServerResponse, target: string): Promise<void> {
    const mark = target.indexOf("?");
    const path = target.slice(PLAIN_PREFIX.length - 1, mark < 0 ? undefined : mark);
    const request = {
      method: req.method ?? "GET",
      path,
      query: new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1)),
      req,
    };
    let reply: Reply | undefined;
    try {
      if (!isLoopback(req.socket.remoteAddress)) throw new CloudError(403, "AccessDenied", "Only from this machine.");
      for (const handler of this.plain) reply ??= await handler(request);
      reply ??= json(404, { error: `nothing at ${path}` });
    } catch (error) {
      reply = json(error instanceof CloudError ? error.status : 400, {
        error: error instanceof Error ? error.message : String(error),
      });
    }
    await writeReply(req, res, reply, {});
  }

  /** Who signed, looked up among the principals and S3's sessions. */
  identify(
    accessKeyId: string,
    service: ServiceName,
    tokens: { readonly security: string | undefined; readonly session: string | undefined },
  ): ReturnType<Principals["identify"]> {
    const s3 = this.services.get("s3");
    const identity = this.options.principals.identify(accessKeyId, service, tokens, (id) => s3?.sessionPrincipal?.(id));
    if (identity.session !== undefined && service !== "s3") throw expiredToken(service);
    return identity;
  }
}

function isLoopback(address: string | undefined): boolean {
  return address === "::1" || (address?.replace("::ffff:", "").startsWith("127.") ?? false);
}

/** A JSON answer of a plain handler. */
export function json(status: number, value: unknown): Reply {
  return { status, headers: { "content-type": "application/json" }, body: `${JSON.stringify(value)}\n` };
}
