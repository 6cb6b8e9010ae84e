/** Makes connections: to one of the host's addresses, over TLS with resumed sessions where the endpoint has TLS. */
import { lookup as lookupName } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import { type Address, makeAddresses } from "./addresses";
import type { CancelSignal } from "../../core/ports";

export interface Origin {
  readonly protocol: "http:" | "https:";
  readonly host: string;
  readonly port: number;
}

/** A connected socket. What it rejects with was certainly not sent: the error says `syscall: "connect"`. */
export type Dial = (signal: CancelSignal) => Promise<Socket>;

/** A connection that is not made in this time never will be. */
const CONNECT_TIMEOUT_MS = 10_000;
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

  function open({ address, family }: Address): Socket {
    const to = { host: address, port: origin.port, family, noDelay: true, keepAlive: true };
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
        return await connected(open(address), origin.protocol === "https:" ? "secureConnect" : "connect", signal);
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
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const end = (error: Error): void => {
      forget();
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => end(Object.assign(new Error("Request aborted"), { name: "AbortError" }));
    const onClose = (): void => end(new Error("closed before it was connected"));
    const timer = setTimeout(
      () => end(new Error(`no connection in ${CONNECT_TIMEOUT_MS / 1000} s`)),
      CONNECT_TIMEOUT_MS,
    );
    const onConnect = (): void => {
      forget();
      resolve(socket);
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
