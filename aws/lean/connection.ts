/**
 * One connection: one request at a time, its answer, and an end at the first doubt. Nothing is ever sent twice here, and a
 * connection whose answer was not awaited to its last byte is never used again.
 */
import type { Socket } from "node:net";
import type { CancelSignal } from "../../core/ports";
import { requestAborted } from "../abort-signal";
import { type Answer, AnswerReader, protocolError, type ReaderLimits } from "./answer-reader";
import type { Line } from "./dial";

export interface Request {
  readonly method: string;
  /** Request line and headers, in wire form, up to and with the empty line. */
  readonly head: string;
  readonly body?: Buffer;
}

/** Who is told what becomes of a connection. */
export interface ConnectionOwner {
  /** The answer is complete and the connection may be used again; told before whoever waits for the answer. */
  free(connection: Connection): void;
  /** It can no longer be used; told once. */
  gone(connection: Connection): void;
}

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  readonly signal: CancelSignal;
}

export class Connection {
  private readonly reader: AnswerReader;
  private readonly socket: Socket;
  private pending: Pending | undefined;
  private broken = false;
  /** One for all requests: nothing is made per request that need not be. */
  private readonly onAbort = (): void => this.fail(requestAborted());
  /** When it was last given back; monotonic milliseconds. */
  idleSince = 0;

  constructor(
    line: Line,
    private readonly owner: ConnectionOwner,
    limits?: ReaderLimits,
  ) {
    this.reader = new AnswerReader(limits);
    const { socket } = line;
    this.socket = socket;
    line.listen((bytes) => this.onData(bytes));
    socket.on("error", (error) => this.fail(error));
    socket.on("end", () => this.onEnd());
    socket.on("close", () => this.fail(closedEarly()));
  }

  get usable(): boolean {
    return !this.broken && this.pending === undefined;
  }

  /**
   * Sends the request and waits for its answer. Aborting ends the connection: the answer may still be on its way, and the
   * server may still do what it was asked.
   */
  exchange(request: Request, signal: CancelSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (!this.usable) return reject(new Error("the connection is not free"));
      if (signal.aborted) {
        // Nothing was sent.
        this.owner.free(this);
        return reject(requestAborted());
      }
      signal.addEventListener("abort", this.onAbort, { once: true });
      this.pending = { resolve, reject, signal };
      this.reader.begin(request.method);
      this.send(request);
    });
  }

  destroy(): void {
    this.fail(closedEarly());
  }

  private send({ head, body }: Request): void {
    if (body === undefined) {
      this.socket.write(head, "latin1");
      return;
    }
    this.socket.cork();
    this.socket.write(head, "latin1");
    this.socket.write(body);
    this.socket.uncork();
  }

  private onData(bytes: Buffer): void {
    if (this.broken) return;
    try {
      const answer = this.reader.feed(bytes);
      if (answer !== undefined) this.answered(answer);
    } catch (error) {
      this.fail(error instanceof Error ? error : protocolError(String(error)));
    }
  }

  private onEnd(): void {
    const answer = this.broken ? undefined : this.reader.close();
    if (answer === undefined) return this.fail(closedEarly());
    this.answered({ ...answer, keepAlive: false });
  }

  private answered(answer: Answer): void {
    const pending = this.takePending();
    // What follows the answer belongs to nobody: the next request must not be told it.
    if (!answer.keepAlive || this.reader.hasLeftover) this.retire();
    else this.owner.free(this);
    pending?.resolve(answer);
  }

  private fail(error: Error): void {
    const pending = this.takePending();
    this.retire();
    pending?.reject(error);
  }

  private takePending(): Pending | undefined {
    const { pending } = this;
    this.pending = undefined;
    pending?.signal.removeEventListener("abort", this.onAbort);
    return pending;
  }

  private retire(): void {
    if (this.broken) return;
    this.broken = true;
    this.socket.destroy();
    this.owner.gone(this);
  }
}

/** Node's own words for it, so that aws/errors.ts knows it. */
function closedEarly(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}
