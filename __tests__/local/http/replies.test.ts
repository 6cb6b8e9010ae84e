/** Answers that cannot be given to the end, on both ways a request is read. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { makeSigner } from "../../../aws/lean/signer";
import type { LogEntry } from "../../../local/http/request-log";
import type { Reply } from "../../../local/http/service";
import { startFront, WORKER, type TestFront } from "./support";

let at: TestFront;
let open: Socket[];
beforeEach(async () => {
  at = await startFront();
  open = [];
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const socket of open) socket.destroy();
  await at.front.close();
});

const signer = makeSigner({ region: "eu-north-1", service: "s3" });

/** Sends a signed GET; what is more than one word makes Node's server read it. */
function ask(connection: string): Socket {
  const { hostname, port, host } = new URL(at.endpoint);
  const payloadHash = createHash("sha256").update("").digest("hex");
  const toSign = { method: "GET", path: "/bucket/a", query: "", payloadHash, headers: { host } };
  const socket = connect(Number(port), hostname);
  open.push(socket);
  socket.write(
    `GET /bucket/a HTTP/1.1\r\n${signer.signedLines(toSign, WORKER, Date.now())}Connection: ${connection}\r\n\r\n`,
  );
  return socket;
}

const answering = (reply: Reply) => jest.spyOn(at.s3, "handle").mockResolvedValue(reply);
const nextLogged = () => new Promise<LogEntry>((resolve) => at.log.subscribe(resolve));

describe.each([
  ["its own reading", "keep-alive"],
  ["Node's server", "keep-alive, x"],
])("by %s", (_way, connection) => {
  it("ends a body whose client goes away, even one of which nothing more comes", async () => {
    const body = Readable.from(
      (async function* () {
        yield Buffer.from("abc");
        await new Promise(() => undefined);
      })(),
      { objectMode: false },
    );
    answering({ status: 200, headers: { "content-length": "10" }, body });
    const logged = nextLogged();
    const socket = ask(connection);
    await once(socket, "data");
    socket.destroy();
    expect(await logged).toMatchObject({ status: 200, bytesOut: 3 });
    expect(body.destroyed).toBe(true);
  });

  it("cuts the connection when a body fails, instead of leaving it short", async () => {
    const body = Readable.from(
      (async function* () {
        yield await Promise.resolve(Buffer.from("abc"));
        throw new Error("the disk is gone");
      })(),
      { objectMode: false },
    );
    answering({ status: 200, headers: { "content-length": "10" }, body });
    const socket = ask(connection).resume();
    socket.on("error", () => undefined);
    await new Promise((resolve) => socket.once("close", resolve));
    expect(body.destroyed).toBe(true);
  });

  it("answers 500 for what no header can carry, and goes on", async () => {
    const complaint = jest.spyOn(console, "error").mockImplementation(() => undefined);
    const body = Readable.from([Buffer.from("abc")], { objectMode: false });
    for (const one of ["abc", body]) {
      answering({ status: 200, headers: { "content-length": "3", "content-type": "\u20ac" }, body: one });
      const [text] = (await once(ask(connection), "data")) as [Buffer];
      expect(text.toString("latin1")).toMatch(/^HTTP\/1\.1 500 [^]*<Code>InternalError<\/Code>/);
    }
    expect(body.destroyed).toBe(true);
    expect(complaint).toHaveBeenCalledTimes(2);
    expect(at.log.entries()).toMatchObject([
      { status: 500, errorCode: "InternalError" },
      { status: 500, errorCode: "InternalError" },
    ]);
  });
});
