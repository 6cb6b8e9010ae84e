/** Makes connections: to one of the host's addresses, over TLS with resumed sessions where the endpoint has TLS. */
import { lookup as lookupName } from "node:dns/promises";
import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import { requestAborted } from "../abort-signal";
import { type Address, makeAddresses } from "./addresses";
import type { CancelSignal } from "../../core/ports";

export interface Origin {
  readonly protocol: "http:" | "https:";
  readonly host: string;
  readonly port: number;
}

/** What comes in on a connection; the bytes are only good until the listener returns, for their memory is used again. */
export type OnBytes = (bytes: Buffer) => void;

/** A connected socket whose input goes to one listener. Bytes that come before there is one end the connection. */
export interface Line {
  readonly socket: Socket;
  listen(onBytes: OnBytes): void;
}

/** A connection. What it rejects with was certainly not sent: the error says `syscall: "connect"`. */
export type Dial = (signal: CancelSignal) => Promise<Line>;

/** A connection that is not made in this time never will be. */
const CONNECT_TIMEOUT_MS = 10_000;
/**
 * What is read goes through here, for all connections: a read is handled before the next one begins. A stream of Node's own takes
 * 64 KiB for every read and gives most of them back.
 */
const INPUT_BYTES = 64 * 1024;
/** So many addresses are tried before it is a failure. */
const ATTEMPTS = 3;

export interface DialOptions {
  /** Certificate authority to trust instead of Node's own, as PEM; NODE_EXTRA_CA_CERTS is heard without it. */
  readonly ca?: string;
}

export function makeDial(origin: Origin, { ca }: DialOptions = {}): Dial {
  const addresses = makeAddresses({
    host: origin.host,
    lookup: (host) => lookupName(host, { all: true }),
    now: () => performance.now(),
  });
  let session: Buffer | undefined;
  /** One for all connections: each costs time and memory, and they would all be equal. */
  let context: SecureContext | undefined;

  const input = Buffer.allocUnsafeSlow(INPUT_BYTES);

  function open(address: Address): Line {
    let listener: OnBytes = () => socket.destroy(new Error("bytes that nobody asked for"));
    const callback = (count: number): boolean => {
      listener(input.subarray(0, count));
      return true;
    };
    const socket = connect(address, { buffer: input, callback });
    return { socket, listen: (onBytes) => (listener = onBytes) };
  }

  function connect({ address, family }: Address, onread: OnReadOpts): Socket {
    const to = { host: address, port: origin.port, family, noDelay: true, keepAlive: true, onread };
    if (origin.protocol === "http:") return connectTcp(to);
    const socket = connectTls({
      ...to,
      // An address has no name to tell (RFC 6066); the certificate is then checked against the address.
      ...(isIP(origin.host) === 0 ? { servername: origin.host } : {}),
      ALPNProtocols: ["http/1.1"],
      secureContext: (context ??= createSecureContext(ca === undefined ? {} : { ca })),
      ...(session === undefined ? {} : { session }),
    });
    socket.on("session", (ticket) => (session = ticket));
    return socket;
  }

  return async (signal) => {
    for (let attempt = 1; ; attempt += 1) {
      const address = await addresses.next().catch(asConnectError);
      try {
        const line = open(address);
        await connected(line.socket, origin.protocol === "https:" ? "secureConnect" : "connect", signal);
        // Its last event may have come before anybody could listen for it.
        if (line.socket.destroyed) throw new Error("closed before it was used");
        return line;
      } catch (error) {
        if (signal.aborted) throw error;
        addresses.failed(address.address);
        // A ticket that the server no longer takes must not keep us out.
        session = undefined;
        if (attempt === ATTEMPTS) asConnectError(error);
      }
    }
  };
}

function connected(
  socket: Socket | TLSSocket,
  event: "connect" | "secureConnect",
  signal: CancelSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error: Error): void => {
      forget();
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => end(requestAborted());
    const onClose = (): void => end(new Error("closed before it was connected"));
    const timer = setTimeout(
      () => end(new Error(`no connection in ${CONNECT_TIMEOUT_MS / 1000} s`)),
      CONNECT_TIMEOUT_MS,
    );
    const onConnect = (): void => {
      forget();
      resolve();
    };
    const forget = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.off("error", end).off("close", onClose).off(event, onConnect);
      // An error between here and the Connection's own listener must not end the process.
      socket.on("error", () => undefined);
    };
    socket.once("error", end).once("close", onClose).once(event, onConnect);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** Whatever kept us from connecting: nothing was sent. */
function asConnectError(error: unknown): never {
  const cause = error instanceof Error ? error : new Error(String(error));
  throw Object.assign(new Error(cause.message || (cause as NodeJS.ErrnoException).code, { cause }), {
    syscall: "connect",
    code: (cause as NodeJS.ErrnoException).code ?? "ECONNREFUSED",
  });
}
