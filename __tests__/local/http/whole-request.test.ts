/** The short way of reading a request: it never says anything else than Node's parser, and leaves alone what is not plain. */
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import * as fc from "fast-check";
import { readWholeRequest } from "../../../local/http/whole-request";

const PLAIN = "PUT /b/k?x=1 HTTP/1.1\r\nHost: a:1\r\nX-Amz-Date:  now \r\ncontent-length: 3\r\n\r\nabc";

it("reads a whole request and says where it ends", () => {
  const read = readWholeRequest(Buffer.from(`${PLAIN}GET `));
  expect(read).toEqual({
    method: "PUT",
    target: "/b/k?x=1",
    headers: { host: "a:1", "x-amz-date": "now", "content-length": "3" },
    payload: Buffer.from("abc"),
    length: PLAIN.length,
  });
});

it.each([
  ["half a head", PLAIN.slice(0, 40)],
  ["half a payload", PLAIN.slice(0, -1)],
  ["a payload in chunks", head("Transfer-Encoding: chunked")],
  ["a client that waits to be told", head("Expect: 100-continue")],
  ["a client that goes", head("Connection: close")],
  ["another protocol", head("Connection: upgrade", "Upgrade: websocket")],
  ["a header twice", head("X-A: 1", "x-a: 2")],
  ["a folded header", head("X-A: 1", " 2")],
  ["a blank before the colon", head("X-A : 1")],
  ["a line without a colon", head("X-A")],
  ["a line that ends with a line feed only", head("X-A: 1\nX-B: 2")],
  ["a carriage return in a value", head("X-A: 1\r2")],
  ["a carriage return at the end of a value", head("X-A: 1\r")],
  ["a character beyond ASCII", head("X-A: \u00e9")],
  ["a control character", head("X-A: \u0000")],
  ["a length that is no number", head("Content-Length: 0x1")],
  ["a name of every object", head("constructor: 1")],
  ["no host", "GET / HTTP/1.1\r\nA: 1\r\n\r\n"],
  ["a method that S3 does not have", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\n\r\n"],
  ["an absolute address", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"],
  ["a head of 17 KiB", head(`X-A: ${"a".repeat(17 * 1024)}`)],
  ["the beginning of TLS", "\u0016\u0003\u0001"],
])("leaves %s to Node's parser", (_what, text) => {
  expect(readWholeRequest(Buffer.from(text, "latin1"))).toBeUndefined();
});

describe("beside Node's parser", () => {
  const seen: { method: string | undefined; url: string | undefined; headers: IncomingMessage["headers"] }[] = [];
  const server = createServer((req, res) => {
    seen.push({ method: req.method, url: req.url, headers: { ...req.headers } });
    req.resume();
    res.end();
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  /** Mostly good characters, now and then a bad one. */
  const text = (good: string, bad: string) => {
    const one = (characters: string) => fc.constantFrom(...Array.from(characters));
    const unit = fc.oneof({ weight: 30, arbitrary: one(good) }, { weight: 1, arbitrary: one(bad) });
    return fc.string({ unit, maxLength: 12 });
  };
  const request = fc
    .record({
      method: fc.constantFrom("GET", "HEAD", "PUT", "POST", "DELETE", "get", "BREW"),
      path: text("/ab%2F?&=+~#", "\u00e9\u0001 "),
      names: fc.array(
        text("aAbB-x", "_: \u00e9").map((name) => `x${name}`),
        { maxLength: 4 },
      ),
      value: text("a, ;:\t", "\u00e9\r\n\u0000"),
      payload: text("ab\r\n", "\u0000"),
    })
    .map(
      ({ method, path, names, value, payload }) =>
        `${method} /${path} HTTP/1.1\r\nHost: a\r\n${names.map((name) => `${name}:${value}\r\n`).join("")}` +
        `content-length: ${payload.length}\r\n\r\n${payload}`,
    );

  it("says of any plain request the same", async () => {
    const { port } = server.address() as AddressInfo;
    let plain = 0;
    await fc.assert(
      fc.asyncProperty(request, async (raw) => {
        const read = readWholeRequest(Buffer.from(raw, "latin1"));
        if (read === undefined) return;
        plain += 1;
        await new Promise<void>((resolve) => {
          const socket = connect(port, "127.0.0.1", () => socket.end(Buffer.from(raw, "latin1")));
          socket.resume().once("close", () => resolve());
        });
        expect(seen.pop()).toEqual({ method: read.method, url: read.target, headers: read.headers });
      }),
      { numRuns: 400 },
    );
    expect(plain).toBeGreaterThan(50);
  });
});

function head(...lines: readonly string[]): string {
  return `GET / HTTP/1.1\r\nHost: a\r\n${lines.join("\r\n")}\r\n\r\n`;
}
