/**
 * One connection: one request at a time, its answer, and an end at the first doubt. Nothing is ever sent twice here, and a
 * connection whose answer was not awaited to its last byte is never used again.
 */
import type { Socket } from "node:net";
import { type Answer, AnswerReader, protocolError, type ReaderLimits } from "./answer-reader";
import type { CancelSignal } from "../../core/ports";

export interface Request {
  readonly method: string;
  /** Request line and headers, in wire form, up to and with the empty line. */
  readonly head: string;
  readonly body?: Buffer;
}

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export class Connection {
  private readonly reader: AnswerReader;
  private pending: Pending | undefined;
  private broken = false;
  /** When it was last given back; monotonic milliseconds. */
  idleSince = 0;

  /** @param onGone told once when the connection can no longer be used */
  constructor(
    private readonly socket: Socket,
    private readonly onGone: (connection: Connection) => void,
    limits?: ReaderLimits,
  ) {
    this.reader = new AnswerReader(limits);
    socket.on("data", (bytes: Buffer) => this.onData(bytes));
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
  exchange({ method, head, body }: Request, signal: CancelSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.broken || this.pending !== undefined) return reject(new Error("the connection is not free"));
      const onAbort = (): void => this.fail(Object.assign(new Error("Request aborted"), { name: "AbortError" }));
      if (signal.aborted) return reject(Object.assign(new Error("Request aborted"), { name: "AbortError" }));
      signal.addEventListener("abort", onAbort, { once: true });
      const done = (): void => signal.removeEventListener("abort", onAbort);
      this.pending = {
        resolve: (answer) => {
          done();
          resolve(answer);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      this.reader.begin(method);
      if (body === undefined) {
        this.socket.write(head, "latin1");
        return;
      }
      this.socket.cork();
      this.socket.write(head, "latin1");
      this.socket.write(body);
      this.socket.uncork();
    });
  }

  destroy(): void {
    this.fail(closedEarly());
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
    const { pending } = this;
    this.pending = undefined;
    // What follows the answer belongs to nobody: the next request must not be told it.
    if (!answer.keepAlive || this.reader.hasLeftover) this.retire();
    pending?.resolve(answer);
  }

  private fail(error: Error): void {
    const { pending } = this;
    this.pending = undefined;
    this.retire();
    pending?.reject(error);
  }

  private retire(): void {
    if (this.broken) return;
    this.broken = true;
    this.socket.destroy();
    this.onGone(this);
  }
}

/** Node's own words for it, so that aws/errors.ts knows it. */
function closedEarly(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}
