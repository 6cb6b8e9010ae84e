/** Connections: who may use one again, what a broken one means, and that no answer ever reaches another request. */
import { TLSSocket } from "node:tls";
import { generate } from "selfsigned";
import { makeDial } from "../../../aws/lean/dial";
import { makePool, type Pool } from "../../../aws/lean/pool";
import { answerText, rawServer, type Answering, type RawServer } from "./raw-server";

let server: RawServer | undefined;
let pool: Pool | undefined;
afterEach(async () => {
  pool?.destroy();
  await server?.close();
});

const never = (): AbortSignal => new AbortController().signal;
const request = (path: string) => ({ method: "GET", head: `GET ${path} HTTP/1.1\r\nhost: h\r\n\r\n` });

async function start(
  answer: Answering,
  maxConnections = 4,
): Promise<(path: string, signal?: AbortSignal) => Promise<string>> {
  server = await rawServer(answer);
  const made = makePool({
    dial: makeDial({ protocol: "http:", host: "127.0.0.1", port: server.port }),
    maxConnections,
  });
  pool = made;
  return async (path, signal = never()) => (await made.exchange(request(path), signal)).body.toString("latin1");
}

/** Says the path of the request. */
const echo: Answering = (socket, line) => void socket.write(answerText(line));

test("one after the other use one connection; at once, one each up to the limit", async () => {
  const get = await start(echo, 3);
  for (const path of ["/a", "/b", "/c"]) expect(await get(path)).toBe(`GET ${path}`);
  expect(server!.connections.map((heads) => heads.length)).toEqual([3]);
  const paths = Array.from({ length: 50 }, (_, n) => `/${n}`);
  expect(await Promise.all(paths.map((path) => get(path)))).toEqual(paths.map((path) => `GET ${path}`));
  expect(server!.connections.length).toBeLessThanOrEqual(3);
  expect(pool!.size).toBeLessThanOrEqual(3);
});

test.each<[string, Answering]>([
  ["Connection: close", (socket, line) => void socket.end(answerText(line, "Connection: close\r\n"))],
  ["an answer that ends with the connection", (socket, line) => void socket.end(`HTTP/1.1 200 OK\r\n\r\n${line}`)],
  ["HTTP/1.0", (socket, line) => void socket.end(answerText(line).replace("/1.1", "/1.0"))],
  ["bytes behind the answer", (socket, line) => void socket.write(answerText(line) + answerText("not yours"))],
])("%s: the answer counts, the connection is not used again", async (_, answer) => {
  const get = await start(answer);
  expect(await get("/a")).toBe("GET /a");
  expect(await get("/b")).toBe("GET /b");
  expect(server!.connections.map((heads) => heads.length)).toEqual([1, 1]);
});

test("bytes that come while nobody waits end the connection", async () => {
  const get = await start(echo);
  expect(await get("/a")).toBe("GET /a");
  server!.sockets[0]!.write(answerText("not yours"));
  await gone();
  expect(await get("/b")).toBe("GET /b");
  expect(server!.connections).toHaveLength(2);
});

test("a connection that the server closed while idle is not used", async () => {
  const get = await start(echo);
  expect(await get("/a")).toBe("GET /a");
  server!.sockets[0]!.end();
  await gone();
  expect(await get("/b")).toBe("GET /b");
});

test.each<[string, Answering]>([
  ["before the answer", (socket) => void socket.end()],
  ["by a reset before the answer", (socket) => void socket.resetAndDestroy()],
  ["within the head", (socket) => void socket.end("HTTP/1.1 200 OK\r\nContent-")],
  ["within the body", (socket) => void socket.end("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")],
  ["within a chunk", (socket) => void socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha")],
  [
    "before the last chunk",
    (socket) => void socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nha\r\n"),
  ],
])("closed %s: an error, sent once, and the next request has a connection of its own", async (_, answer) => {
  let first = true;
  const get = await start((socket, line, at) => {
    if (!first) return echo(socket, line, at);
    first = false;
    answer(socket, line, at);
  });
  await expect(get("/a")).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(server!.connections.flat()).toHaveLength(1);
  expect(await get("/b")).toBe("GET /b");
});

test("no proper HTTP is an error of the request that met it, and of no other", async () => {
  const get = await start((socket, line, at) => {
    if (line === "GET /bad") socket.write("nonsense\r\n\r\n");
    else echo(socket, line, at);
  });
  const others = ["/a", "/b", "/c"].map((path) => get(path));
  await expect(get("/bad")).rejects.toMatchObject({ code: "EPROTO" });
  expect(await Promise.all(others)).toEqual(["GET /a", "GET /b", "GET /c"]);
});

test("a request that was given up never hands its answer to the next one", async () => {
  const late: (() => void)[] = [];
  const get = await start((socket, line, at) => {
    if (line !== "GET /slow") return echo(socket, line, at);
    late.push(() => socket.write(answerText("late")));
  }, 1);
  const controller = new AbortController();
  const slow = get("/slow", controller.signal);
  await arrived("GET /slow");
  const next = get("/next");
  controller.abort();
  await expect(slow).rejects.toMatchObject({ name: "AbortError" });
  for (const answer of late) answer();
  expect(await next).toBe("GET /next");
});

test("who waits for a connection hears of its own abort, and the turn goes to the next", async () => {
  let release = (): void => undefined;
  const get = await start((socket, line, at) => {
    if (line !== "GET /slow") return echo(socket, line, at);
    release = () => void socket.write(answerText("slow"));
  }, 1);
  const slow = get("/slow");
  await arrived("GET /slow");
  const controller = new AbortController();
  const impatient = get("/impatient", controller.signal);
  const patient = get("/patient");
  controller.abort();
  await expect(impatient).rejects.toMatchObject({ name: "AbortError" });
  release();
  expect([await slow, await patient]).toEqual(["slow", "GET /patient"]);
  await expect(get("/never", AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
});

test("no connection at all: nothing was sent, and those who wait are told one by one", async () => {
  const get = await start(echo, 1);
  await server!.close();
  const failures = await Promise.allSettled(["/a", "/b", "/c"].map((path) => get(path)));
  for (const failure of failures) {
    expect(failure).toMatchObject({ status: "rejected", reason: { syscall: "connect", code: "ECONNREFUSED" } });
  }
  expect(pool!.size).toBe(0);
});

test("destroyed: whoever waits is told, nothing stays open", async () => {
  const get = await start(() => undefined, 1);
  const waiting = get("/a");
  await arrived("GET /a");
  pool!.destroy();
  await expect(waiting).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(pool!.size).toBe(0);
});

describe("over TLS", () => {
  const tlsServer = async (
    name: { type: 2; value: string } | { type: 7; ip: string } = { type: 2, value: "localhost" },
  ) => {
    const names = { name: "subjectAltName" as const, altNames: [name] };
    const made = await generate([{ name: "commonName", value: "localhost" }], { keyType: "ec", extensions: [names] });
    server = await rawServer(echo, { key: made.private, cert: made.cert });
    return made.cert;
  };
  const poolOf = (ca: string | undefined, host: string) =>
    makePool({
      dial: makeDial({ protocol: "https:", host, port: server!.port }, ca === undefined ? {} : { ca }),
      maxConnections: 2,
    });

  test("the certificate is checked: nothing is sent to a stranger", async () => {
    await tlsServer();
    pool = poolOf(undefined, "localhost");
    await expect(pool.exchange(request("/a"), never())).rejects.toMatchObject({ syscall: "connect" });
    expect(server!.connections.flat()).toEqual([]);
  });

  test("the name is checked, too", async () => {
    const ca = await tlsServer();
    pool = poolOf(ca, "127.0.0.1");
    await expect(pool.exchange(request("/a"), never())).rejects.toMatchObject({ syscall: "connect" });
    expect(server!.connections.flat()).toEqual([]);
  });

  test("an endpoint that is an address is checked as one", async () => {
    const ca = await tlsServer({ type: 7, ip: "127.0.0.1" });
    pool = poolOf(ca, "127.0.0.1");
    expect((await pool.exchange(request("/a"), never())).body.toString()).toBe("GET /a");
  });

  test("a second connection resumes the first one's session", async () => {
    const ca = await tlsServer();
    const made = poolOf(ca, "localhost");
    pool = made;
    expect((await made.exchange(request("/a"), never())).body.toString()).toBe("GET /a");
    await Promise.all(["/b", "/c"].map((path) => made.exchange(request(path), never())));
    expect(server!.connections).toHaveLength(2);
    const reused = server!.sockets.map((socket) => socket instanceof TLSSocket && socket.isSessionReused());
    expect(reused).toEqual([false, true]);
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Until the server has a request of this first line. */
function arrived(line: string): Promise<void> {
  return until(() => server!.connections.flat().some((head) => head.startsWith(`${line} `)));
}

/** Until the pool has noticed that no connection is left. */
function gone(): Promise<void> {
  return until(() => pool!.size === 0);
}
