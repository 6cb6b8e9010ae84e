/** Where an answer ends, and what is no answer: by hand, in pieces of any size, and against Node's own parser. */
import fc from "fast-check";
import http from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { type Answer, AnswerReader } from "../../../aws/lean/answer-reader";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

/** Feeds the text in pieces; an answer must come with the last byte and not before. */
function read(text: string, method = "GET", cuts: readonly number[] = []): Answer | undefined {
  const reader = new AnswerReader();
  reader.begin(method);
  const all = bytes(text);
  const ends = [...new Set(cuts.map((cut) => cut % (all.length + 1)))].sort((a, b) => a - b);
  let answer: Answer | undefined;
  let from = 0;
  for (const end of [...ends, all.length]) {
    if (end === from && end !== 0) continue;
    expect(answer).toBeUndefined();
    answer = reader.feed(all.subarray(from, end));
    from = end;
  }
  return answer;
}

const text = ({ body }: Answer): string => body.toString("latin1");

describe("answers", () => {
  test.each<[string, string, string, Partial<Answer> & { text: string }]>([
    ["with a length", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", { status: 200, text: "hello" }],
    ["empty", "PUT", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", { status: 200, text: "" }],
    ["without a reason", "GET", "HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", { status: 404, reason: "", text: "" }],
    ["without even a blank", "GET", "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", { status: 404, reason: "", text: "" }],
    ["to a HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n", { status: 200, text: "" }],
    ["204", "DELETE", "HTTP/1.1 204 No Content\r\n\r\n", { status: 204, text: "" }],
    ["304", "GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", { status: 304, text: "" }],
    [
      "in chunks, with extensions and trailers",
      "PUT",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\nC \r\n, you there!\r\n0\r\nX-T: 1\r\n\r\n",
      { status: 200, text: "hello, you there!" },
    ],
    [
      "kept alive by whitespace before its document",
      "POST",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n1\r\n \r\n7\r\n <a>b</\r\n0\r\n\r\n",
      { status: 200, text: "   <a>b</" },
    ],
    [
      "behind interim ones",
      "PUT",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
      { status: 200, text: "a" },
    ],
  ])("%s", (_, method, raw, { text: expected, ...head }) => {
    const answer = read(raw, method);
    expect(answer).toMatchObject({ ...head, keepAlive: true });
    expect(text(answer!)).toBe(expected);
  });

  test("headers: names in lower case, bytes as they are, blanks around gone, several of a name joined", () => {
    const head = 'HTTP/1.1 200 OK\r\nETag:  "a b"\t\r\nX-Amz-Meta-N: \xc3\xbc\r\nX-A:1\r\nx-a: 2\r\nX-Empty:\r\n';
    expect(read(`${head}Content-Length: 0\r\ncontent-length: 0\r\n\r\n`)!.headers).toEqual({
      etag: '"a b"',
      "x-amz-meta-n": "\xc3\xbc",
      "x-a": "1, 2",
      "x-empty": "",
      "content-length": "0",
    });
  });

  test("a name of every object stands for nothing by itself", () => {
    const { headers } = read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n__proto__: x\r\n\r\n")!;
    expect("toString" in headers).toBe(false);
    expect(Object.keys(headers)).toEqual(["content-length", "__proto__"]);
  });

  test.each<[string, string, boolean]>([
    ["HTTP/1.1", "", true],
    ["HTTP/1.1", "Connection: close\r\n", false],
    ["HTTP/1.1", "Connection: Keep-Alive, Close\r\n", false],
    ["HTTP/1.0", "", false],
    ["HTTP/1.0", "Connection: keep-alive\r\n", true],
  ])("%s %j may be used again: %s", (version, header, keepAlive) => {
    expect(read(`${version} 200 OK\r\n${header}Content-Length: 0\r\n\r\n`)).toMatchObject({ keepAlive });
  });

  test("without any length the end of the connection is the end of the answer", () => {
    const reader = new AnswerReader();
    reader.begin("GET");
    expect(reader.feed(bytes("HTTP/1.1 200 OK\r\n\r\nall "))).toBeUndefined();
    expect(reader.feed(bytes("of it"))).toBeUndefined();
    expect(text(reader.close()!)).toBe("all of it");
  });

  test.each(["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na"])(
    "the end of the connection behind %j ends no answer",
    (raw) => {
      const reader = new AnswerReader();
      reader.begin("GET");
      if (raw !== "") reader.feed(bytes(raw));
      expect(reader.close()).toBeUndefined();
    },
  );

  test("one after the other on one connection, each its own", () => {
    const reader = new AnswerReader();
    for (const body of ["a", "bc", ""]) {
      reader.begin("GET");
      const answer = reader.feed(bytes(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`));
      expect(text(answer!)).toBe(body);
      expect(reader.hasLeftover).toBe(false);
    }
  });

  test("bytes behind an answer are nobody's", () => {
    const reader = new AnswerReader();
    reader.begin("GET");
    expect(text(reader.feed(bytes("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK"))!)).toBe("a");
    expect(reader.hasLeftover).toBe(true);
    expect(() => reader.begin("GET")).toThrow("bytes before the request");
  });
});

describe("refused", () => {
  const ok = "HTTP/1.1 200 OK\r\n";
  test.each<[string, string]>([
    ["no HTTP", "SSH-2.0-OpenSSH\r\n\r\n"],
    ["another version", "HTTP/2 200 OK\r\n\r\n"],
    ["a status of two digits", "HTTP/1.1 20 OK\r\n\r\n"],
    ["a status beyond 599", "HTTP/1.1 600 OK\r\n\r\n"],
    ["switching protocols", "HTTP/1.1 101 Switching Protocols\r\n\r\n"],
    ["interim answers without end", "HTTP/1.1 100 Continue\r\n\r\n".repeat(20)],
    ["a header without a colon", `${ok}Nonsense\r\n\r\n`],
    ["a header without a name", `${ok}: x\r\n\r\n`],
    ["a blank before the colon", `${ok}Content-Length : 1\r\n\r\na`],
    ["a folded header", `${ok}A: b\r\n c\r\n\r\n`],
    ["a bare line feed in a header", `${ok}A: b\nC: d\r\n\r\n`],
    ["a NUL", `${ok}A: \0\r\n\r\n`],
    ["two lengths", `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\na`],
    ["a signed length", `${ok}Content-Length: +1\r\n\r\na`],
    ["a length in hex", `${ok}Content-Length: 0x1\r\n\r\na`],
    ["an endless length", `${ok}Content-Length: ${"9".repeat(30)}\r\n\r\na`],
    ["a length beside chunks", `${ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["another transfer encoding", `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ["a chunk size that is none", `${ok}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`],
    ["a negative chunk", `${ok}Transfer-Encoding: chunked\r\n\r\n-1\r\n`],
    ["a chunk longer than its size", `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n`],
    ["a chunk size with a bare line feed", `${ok}Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n`],
    ["a chunk line without end", `${ok}Transfer-Encoding: chunked\r\n\r\n${"1".repeat(5_000)}`],
    ["a head without end", `${ok}A: ${"b".repeat(70_000)}`],
  ])("%s", (_, raw) => {
    expect(() => read(raw)).toThrow(/^the answer is no proper HTTP: /);
  });

  test("a body larger than anything that is expected", () => {
    const reader = new AnswerReader({ headBytes: 1_000, bodyBytes: 10 });
    reader.begin("GET");
    expect(() => reader.feed(bytes("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello, you!"))).toThrow(
      "more than 10 bytes",
    );
  });

  test("bytes that nobody asked for", () => {
    expect(() => new AnswerReader().feed(bytes("HTTP/1.1 200 OK\r\n\r\n"))).toThrow("bytes that nobody asked for");
  });
});

const token = fc
  .stringMatching(/^[a-z][a-z0-9-]{0,12}$/)
  .filter((name) => !/^(content-length|transfer-encoding|connection)$/.test(name));
const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
const body = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array).toString("latin1"));
const chunks = fc.array(
  fc.uint8Array({ minLength: 1, maxLength: 20 }).map((array) => Buffer.from(array).toString("latin1")),
);

interface Made {
  readonly raw: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Any proper answer with a body, and what it holds. */
const proper: fc.Arbitrary<Made> = fc
  .record({
    headers: fc.dictionary(token, value, { maxKeys: 5, noNullPrototype: true }),
    body,
    chunks,
    chunked: fc.boolean(),
  })
  .map(({ headers, body: whole, chunks: pieces, chunked }) => {
    const head = `HTTP/1.1 200 OK\r\n${Object.entries(headers)
      .map(([name, text]) => `${name}: ${text}\r\n`)
      .join("")}`;
    if (!chunked) return { headers, body: whole, raw: `${head}Content-Length: ${whole.length}\r\n\r\n${whole}` };
    const framed = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join("");
    return { headers, body: pieces.join(""), raw: `${head}Transfer-Encoding: chunked\r\n\r\n${framed}0\r\n\r\n` };
  });

test("any proper answer is read the same in pieces of any size", () => {
  fc.assert(
    fc.property(proper, fc.array(fc.nat(400)), (made, cuts) => {
      const answer = read(made.raw, "GET", cuts)!;
      expect(text(answer)).toBe(made.body);
      expect(answer.headers).toMatchObject(made.headers);
    }),
  );
});

test("bytes that are changed anywhere give an answer, an error or a wait, never anything else", () => {
  fc.assert(
    fc.property(proper, fc.nat(400), fc.nat(255), (made, at, byte) => {
      const raw = bytes(made.raw);
      raw[at % raw.length] = byte;
      const reader = new AnswerReader();
      reader.begin("GET");
      try {
        const answer = reader.feed(raw);
        if (answer !== undefined) expect(answer.body.length).toBeLessThanOrEqual(raw.length);
      } catch (error) {
        expect(error).toMatchObject({ code: "EPROTO" });
      }
    }),
    { numRuns: 2_000 },
  );
});

test("what it accepts, Node's own parser reads in the same way", async () => {
  const samples = fc.sample(proper, { numRuns: 60, seed: 7 });
  for (const made of samples) {
    const seen = await byNode(made.raw);
    const own = read(made.raw)!;
    expect(text(own)).toBe(seen.body);
    expect(own.headers).toEqual(seen.headers);
  }
});

async function byNode(raw: string): Promise<{ body: string; headers: http.IncomingHttpHeaders }> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end(bytes(raw)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await new Promise((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      http
        .get({ port, host: "127.0.0.1", agent: false }, (response) => {
          const pieces: Buffer[] = [];
          response.on("data", (piece: Buffer) => pieces.push(piece));
          response.on("end", () =>
            resolve({ body: Buffer.concat(pieces).toString("latin1"), headers: response.headers }),
          );
        })
        .on("error", reject);
    });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
