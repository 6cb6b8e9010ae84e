/** What a client sees of a connection, whichever way its requests are read. */
import { once } from "node:events";
import { connect, Socket } from "node:net";
import { EMPTY_SHA256, makeSigner } from "../../../aws/lean/signer";
import { openConnection } from "../../../local/http/connection";
import { startFront, type TestFront, WORKER } from "./support";

let at: TestFront;
beforeEach(async () => {
  at = await startFront();
});
afterEach(() => at.front.close());

const request = (method: string, path: string, ...more: readonly string[]) =>
  [`${method} ${path} HTTP/1.1`, "Host: a", ...more, "", ""].join("\r\n");
const LAST = request("GET", "/b/last", "Connection: close");

/** Sends the pieces, each after an answer of the one before has begun or, with `rush`, at once; all that comes back until the end. */
async function talk(pieces: readonly string[], rush = false): Promise<string> {
  const socket = connect(Number(new URL(at.endpoint).port), "127.0.0.1");
  socket.setNoDelay(true);
  let text = "";
  const rest = [...pieces];
  if (rush) for (const piece of rest.splice(0)) socket.write(piece, "latin1");
  else socket.write(rest.shift() ?? "", "latin1");
  socket.on("data", (data: Buffer) => {
    text += data.toString("latin1");
    const next = rest.shift();
    if (next !== undefined) socket.write(next, "latin1");
  });
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

const ids = /x-amz-(request-id|id-2): \w+/g;
const answers = (text: string): string[] =>
  text
    .replace(ids, "x-amz-$1: ID")
    .replace(/Date: [^\r]+/g, "Date: NOW")
    .split(/(?=HTTP\/1\.1 )/);

it("answers requests that come together in their order", async () => {
  const text = await talk([`${request("HEAD", "/b/1")}${request("GET", "/b/2")}${request("PUT", "/b/3")}${LAST}`]);
  expect(answers(text).map((answer) => answer.includes("<Code>AccessDenied</Code>"))).toEqual([
    false,
    true,
    true,
    true,
  ]);
  expect(at.log.entries().map(({ operation }) => operation)).toEqual([
    "(unknown) HEAD",
    "(unknown) GET",
    "(unknown) PUT",
    "(unknown) GET",
  ]);
});

it("says the same however a request is cut into pieces", async () => {
  const body = request("PUT", "/b/k", "Content-Length: 3");
  const [whole, , ...after] = answers(await talk([`${body}abc`, request("HEAD", "/b/k"), LAST]));
  const [cut, ...afterCut] = answers(await talk([body, "abc", request("HEAD", "/b/k"), LAST], true));
  expect(cut).toBe(whole);
  expect(afterCut.slice(-after.length)).toEqual(after);
  expect(whole).toContain("HTTP/1.1 403 Forbidden\r\n");
  expect(whole).toContain("Connection: keep-alive\r\nKeep-Alive: timeout=60\r\n");
});

it("gives HEAD the head that GET has, on both ways", async () => {
  for (const extra of [[], ["Connection: keep-alive, x"]]) {
    const [head, get] = answers(
      await talk([request("HEAD", "/b/k", ...extra), request("GET", "/b/k", ...extra), LAST]),
    );
    expect(get?.startsWith(head ?? "?")).toBe(true);
    expect(get).toContain("AccessDenied");
  }
});

it("goes on after a request that was left to Node's server", async () => {
  const chunked = `${request("PUT", "/b/k", "Transfer-Encoding: chunked")}3\r\nabc\r\n0\r\n\r\n`;
  const text = await talk([request("GET", "/b/1"), chunked, request("GET", "/b/2"), LAST]);
  expect(answers(text)).toHaveLength(4);
});

it("refuses what is not HTTP", async () => {
  expect(await talk(["hello\r\n\r\n"])).toContain("HTTP/1.1 400 Bad Request");
  expect(await talk([request("GET", "/b/1"), "hello\r\n\r\n"])).toContain("HTTP/1.1 400 Bad Request");
  expect(at.log.entries()).toHaveLength(1);
});

it("does not pile up answers for a client that sends on without reading them", async () => {
  const size = 4 * 1024 * 1024;
  const requests = 50;
  at.s3.stored.set("/b/big", Buffer.alloc(size, "x"));
  const { port } = new URL(at.endpoint);
  const lines = makeSigner({ region: "eu-north-1", service: "s3" }).signedLines(
    { method: "GET", path: "/b/big", query: "", headers: { host: "a" }, payloadHash: EMPTY_SHA256 },
    WORKER,
    Date.now(),
  );
  const socket = connect(Number(port), "127.0.0.1");
  const answered = at.log.entries().length;
  socket.write(`GET /b/big HTTP/1.1\r\n${lines}\r\n`.repeat(requests));
  socket.pause();
  await once(socket, "connect");
  // Others are served meanwhile, and by then it would have answered all of them.
  for (let n = 0; n < 20; n++) await talk([LAST]);
  const before = at.log.entries().filter(({ operation }) => operation === "GetObject").length - answered;
  expect(before).toBeLessThan(requests / 2);
  let received = 0;
  socket.on("data", (data: Buffer) => (received += data.length)).resume();
  while (received < requests * size) await once(socket, "data");
  socket.destroy();
  expect(at.log.entries().filter(({ operation }) => operation === "GetObject")).toHaveLength(requests);
});

it("closes a connection on which nothing is asked for a minute", () => {
  const socket = new Socket();
  openConnection({ socket, serve: () => true, giveOver: () => undefined });
  expect(socket.timeout).toBe(60_000);
  socket.emit("timeout");
  expect(socket.destroyed).toBe(true);
});
