/** What an exchange needs of HTTP: one request, and the way to answer it. Types only. */
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Reply } from "./service";

export interface Wire {
  readonly method: string;
  /** As it came: path and query, percent-encoded. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** The whole payload, where it came together with the head; empty if there is none. */
  readonly whole: Buffer | undefined;
  /** The payload as a stream, `whole` included. Asked for once. */
  payload(): Readable;
  /** Whether all of the payload has come. */
  isComplete(): boolean;
  /** The head of an answer has been written. */
  isAnswered(): boolean;
  /** The client went away before it had its answer. */
  isGone(): boolean;
  /** Called once, when that happens. */
  onGone(run: () => void): void;
  /** Sends for the payload, where the client waits to be told (`Expect: 100-continue`). */
  proceed(): void;
  /** Ends the connection without an answer. */
  cut(): void;
  /**
   * Answers the bytes of payload sent. Resolves when the answer is out or the client is gone.
   * @throws TypeError, with nothing sent, for what cannot be a header
   */
  answer(reply: Reply, more: Readonly<Record<string, string>>): Promise<number> | number;
}
