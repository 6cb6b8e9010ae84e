/** A request that Node's HTTP server has read, whatever it looks like. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { writeReply } from "./reply";
import type { Reply } from "./service";
import { cut } from "./strikes";
import type { Wire } from "./wire";

const NONE = Buffer.alloc(0);

export class NodeWire implements Wire {
  readonly method: string;
  readonly target: string;
  readonly headers: Wire["headers"];
  readonly whole: Buffer | undefined;

  constructor(
    private readonly req: IncomingMessage,
    private readonly res: ServerResponse,
    private readonly awaitsContinue: boolean,
  ) {
    this.method = req.method ?? "GET";
    this.target = req.url ?? "/";
    this.headers = req.headers;
    const length = req.headers["content-length"];
    const isAnnounced = req.headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
    this.whole = isAnnounced ? undefined : NONE;
  }

  payload(): Readable {
    return this.req;
  }

  isComplete(): boolean {
    return this.req.complete;
  }

  isAnswered(): boolean {
    return this.res.headersSent;
  }

  isGone(): boolean {
    return this.res.destroyed && !this.res.writableFinished;
  }

  onGone(run: () => void): void {
    this.res.once("close", () => this.isGone() && run());
  }

  proceed(): void {
    if (this.awaitsContinue) this.res.writeContinue();
  }

  cut(): void {
    cut(this.req.socket);
  }

  answer(reply: Reply, more: Readonly<Record<string, string>>): Promise<number> {
    return writeReply(this.req, this.res, reply, more);
  }
}
