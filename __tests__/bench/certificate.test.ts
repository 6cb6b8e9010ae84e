/** The benchmark's certificate: taken by whoever trusts its authority, under its names only, and by nobody else. */
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect, createServer, type ConnectionOptions, type Server } from "node:tls";
import { makeCertificate, type MadeCertificate, trusting } from "../../lab/bench/certificate";

let made: MadeCertificate;
let server: Server;
beforeAll(async () => {
  made = await makeCertificate();
  server = createServer({ key: made.key, cert: made.cert }, (socket) => socket.end());
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await made.remove();
  expect(existsSync(made.path)).toBe(false);
});

/** "" or the code of what the client refuses. */
function handshake(options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const { port } = server.address() as AddressInfo;
    const socket = connect({ host: "127.0.0.1", port, ...options });
    socket.once("secureConnect", () => {
      socket.destroy();
      resolve("");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

test("trusted by its authority's certificate, for the address and for localhost", async () => {
  const ca = readFileSync(made.path);
  expect(await handshake({ ca })).toBe("");
  expect(await handshake({ ca, servername: "localhost" })).toBe("");
});

test("refused without the authority, under another name, and as its own authority", async () => {
  expect(await handshake({})).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
  const ca = readFileSync(made.path);
  expect(await handshake({ ca, servername: "example.com" })).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  expect(await handshake({ ca: made.cert })).not.toBe("");
});

test("what strict clients ask for: the server is no authority, the authority signs certificates and nothing else", () => {
  const [leaf, authority] = [new X509Certificate(made.cert), new X509Certificate(readFileSync(made.path))];
  expect([leaf.ca, authority.ca]).toEqual([false, true]);
  expect(leaf.checkIssued(authority) && leaf.verify(authority.publicKey)).toBe(true);
  expect(leaf.subjectAltName).toBe("IP Address:127.0.0.1, DNS:localhost");
  // OID of serverAuth (RFC 5280, 4.2.1.12).
  expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
});

test("every variable names the authority's file; without one there is none", () => {
  expect(new Set(Object.values(trusting("/a.pem")))).toEqual(new Set(["/a.pem"]));
  expect(trusting(undefined)).toEqual({});
});
