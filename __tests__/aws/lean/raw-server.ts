/** A server that says exactly what a test wants, byte for byte, on each connection. */
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTls } from "node:tls";

export interface RawServer {
  readonly port: number;
  /** Requests by connection, in order: their heads. */
  readonly connections: string[][];
  readonly sockets: Socket[];
  readonly close: () => Promise<void>;
}

/** Called for each request, told by its first line, which connection it came on and the how-manieth there it is. */
export type Answering = (
  socket: Socket,
  line: string,
  at: { readonly connection: number; readonly request: number },
) => void;

export async function rawServer(answer: Answering, tls?: { key: string; cert: string }): Promise<RawServer> {
  const connections: string[][] = [];
  const sockets: Socket[] = [];
  const onSocket = (socket: Socket): void => {
    const connection = connections.push([]) - 1;
    sockets.push(socket);
    let input = "";
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      input += bytes.toString("latin1");
      for (let end = input.indexOf("\r\n\r\n"); end >= 0; end = input.indexOf("\r\n\r\n")) {
        const head = input.slice(0, end);
        input = input.slice(end + 4);
        const request = connections[connection]!.push(head) - 1;
        answer(socket, head.slice(0, head.indexOf(" HTTP/")), { connection, request });
      }
    });
  };
  const server: Server = tls === undefined ? createTcp(onSocket) : createTls(tls, onSocket);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    sockets,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A whole answer. */
export function answerText(body: string, headers = ""): string {
  return `HTTP/1.1 200 OK\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
}
