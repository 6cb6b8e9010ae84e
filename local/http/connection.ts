/**
 * One connection, as long as the requests on it are plain: each is read from the piece it came in and answered with one write. At the first
 * that is not, the connection is given over to Node's HTTP server, for good.
 */
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { answerHead, KEEP_ALIVE_SECONDS } from "./answer-head";
import { readWholeRequest, type WholeRequest } from "./whole-request";
import type { Reply } from "./service";
import { cut } from "./strikes";
import type { Wire } from "./wire";

export interface ConnectionOptions {
  readonly socket: Socket;
  /** Answers whether it takes the request; one that is not taken goes to Node's server. */
  readonly serve: (wire: Wire) => boolean;
  /** Gives the connection to Node's server; what has been read of it is put back afterwards. */
  readonly giveOver: (socket: Socket) => void;
}

export function openConnection({ socket, serve, giveOver }: ConnectionOptions): void {
  let current: WholeWire | undefined;
  /** Came while a request was being answered: clients may send the next one before. */
  let early: Buffer | undefined;

  function take(piece: Buffer): void {
    const request = readWholeRequest(piece);
    if (request !== undefined) {
      const wire = new WholeWire(socket, request, answered);
      if (request.length < piece.length) early = piece.subarray(request.length);
      current = wire;
      if (serve(wire)) return;
      current = early = undefined;
    }
    socket.off("data", onData).off("close", onClose).off("timeout", onTimeout).setTimeout(0);
    giveOver(socket);
    socket.unshift(piece);
    socket.resume();
  }

  function answered(): void {
    current = undefined;
    if (socket.destroyed || early === undefined) return;
    if (!socket.writableNeedDrain) {
      goOn();
      return;
    }
    // A client that sends on without reading its answers: they are not piled up here.
    socket.pause();
    socket.once("drain", goOn);
  }

  function goOn(): void {
    const next = early;
    if (next === undefined) return;
    early = undefined;
    socket.resume();
    take(next);
  }

  function onData(piece: Buffer): void {
    if (current === undefined) {
      take(piece);
      return;
    }
    early = early === undefined ? piece : Buffer.concat([early, piece]);
    socket.pause();
  }

  function onClose(): void {
    current?.leave();
  }

  function onTimeout(): void {
    if (current === undefined) socket.destroy();
  }

  socket.on("data", onData).on("close", onClose).on("timeout", onTimeout);
  socket.setTimeout(KEEP_ALIVE_SECONDS * 1000);
  // A connection that fails is closed by that; nobody else needs to know.
  socket.on("error", () => undefined);
}

class WholeWire implements Wire {
  readonly method: string;
  readonly target: string;
  readonly headers: Wire["headers"];
  readonly whole: Buffer;
  private hasAnswer = false;
  private hasLeft = false;
  private leaving: (() => void) | undefined;

  constructor(
    private readonly socket: Socket,
    { method, target, headers, payload }: WholeRequest,
    private readonly answered: () => void,
  ) {
    this.method = method;
    this.target = target;
    this.headers = headers;
    this.whole = payload;
  }

  payload(): Readable {
    return Readable.from([this.whole], { objectMode: false });
  }

  isComplete(): boolean {
    return true;
  }

  isAnswered(): boolean {
    return this.hasAnswer;
  }

  isGone(): boolean {
    return this.hasLeft;
  }

  onGone(run: () => void): void {
    this.leaving = run;
  }

  proceed(): void {
    // All of it is here.
  }

  cut(): void {
    cut(this.socket);
  }

  leave(): void {
    this.hasLeft = true;
    this.leaving?.();
  }

  answer(reply: Reply, more: Readonly<Record<string, string>>): Promise<number> | number {
    const { body } = reply;
    if (body instanceof Readable) return this.stream(reply, body, more);
    const length = body === undefined ? 0 : Buffer.byteLength(body);
    const head = answerHead(reply, more, length, Date.now());
    this.hasAnswer = true;
    if (body === undefined || length === 0 || this.method === "HEAD") this.send(head);
    // One write is one record of TLS and one packet.
    else if (length === body.length && typeof body === "string") this.send(head + body);
    else this.send(Buffer.concat([Buffer.from(head, "latin1"), typeof body === "string" ? Buffer.from(body) : body]));
    this.answered();
    return this.method === "HEAD" ? 0 : length;
  }

  private send(data: string | Buffer): void {
    if (!this.socket.destroyed) this.socket.write(data, "latin1");
  }

  private async stream(reply: Reply, body: Readable, more: Readonly<Record<string, string>>): Promise<number> {
    let sent = 0;
    try {
      const isHead = this.method === "HEAD";
      if (!isHead && reply.headers?.["content-length"] === undefined) throw new TypeError("a stream of unknown length");
      const head = answerHead(reply, more, undefined, Date.now());
      this.hasAnswer = true;
      this.send(head);
      if (!isHead) await pump(body, this.socket, (bytes) => (sent += bytes)).catch(() => this.socket.destroy());
    } finally {
      body.destroy();
    }
    this.answered();
    return sent;
  }
}

/**
 * Resolves when all is written, or the connection is closed, even while the next piece is waited for; rejects as `body` fails. Leaves the
 * connection open and without listeners of its own, for the next answer.
 */
function pump(body: Readable, socket: Socket, onSent: (bytes: number) => void): Promise<void> {
  if (socket.destroyed) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const goOn = () => void body.resume();
    const done = (error?: Error) => {
      socket.off("drain", goOn).off("close", onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onClose = () => done();
    socket.on("drain", goOn).on("close", onClose);
    body.on("end", () => done()).on("error", done);
    body.on("close", () => done(body.readableEnded ? undefined : new Error("the body broke off")));
    body.on("data", (chunk: Buffer) => {
      onSent(chunk.length);
      if (!socket.write(chunk)) body.pause();
    });
  });
}
