/** Every way a call can fail, through the real SDK over a real connection. */
import {
  startServer,
  errorBody,
  makeAdapters,
  TRANSPORTS,
  rejection,
  sessionAnswer,
  signal,
  xml,
  type Adapters,
  type Reply,
  type TestServer,
} from "./support";

describe.each(TRANSPORTS)("%s", (transport) => {
  let server: TestServer;
  let adapters: Adapters;
  beforeEach(async () => {
    server = await startServer();
    adapters = makeAdapters(server.endpoint, { transport });
  });
  afterEach(async () => {
    adapters.destroy();
    await server.close();
  });

  const copy = () =>
    adapters.destination.copyObject(
      { key: "k", sourceEtag: "e", content: undefined, checksumAlgorithm: undefined },
      signal(),
    );

  test.each<[string, Reply, object]>([
    [
      "412",
      { status: 412, body: errorBody("PreconditionFailed") },
      { code: "PreconditionFailed", effect: "none", httpStatus: 412 },
    ],
    ["404", { status: 404, body: errorBody("NoSuchKey") }, { code: "NoSuchKey", effect: "none" }],
    ["403", { status: 403, body: errorBody("AccessDenied") }, { code: "AccessDenied", effect: "none" }],
    ["archived", { status: 403, body: errorBody("InvalidObjectState") }, { code: "ArchivedObject", effect: "none" }],
    ["501", { status: 501, body: errorBody("NotImplemented") }, { code: "InvalidRequest", effect: "none" }],
    ["503 SlowDown", { status: 503, body: errorBody("SlowDown") }, { code: "Throttled", effect: "none" }],
    [
      "503 ServiceUnavailable",
      { status: 503, body: errorBody("ServiceUnavailable") },
      { code: "Unavailable", effect: "unknown" },
    ],
    ["500", { status: 500, body: errorBody("InternalError") }, { code: "Unavailable", effect: "unknown" }],
    ["502 in HTML", { status: 502, body: "<html>Bad Gateway</html>" }, { code: "Unavailable", effect: "unknown" }],
    ["503 in text", { status: 503, body: "no" }, { code: "Unavailable", effect: "unknown" }],
    ["504 without a body", { status: 504 }, { code: "Unavailable", effect: "unknown" }],
    [
      "200 with PreconditionFailed",
      { body: errorBody("PreconditionFailed") },
      { code: "PreconditionFailed", effect: "none", httpStatus: 200 },
    ],
    ["200 with NoSuchKey", { body: errorBody("NoSuchKey") }, { code: "NoSuchKey", effect: "none" }],
    ["200 with InternalError", { body: errorBody("InternalError") }, { code: "Unavailable", effect: "unknown" }],
    ["200 with SlowDown", { body: errorBody("SlowDown") }, { code: "Throttled", effect: "unknown" }],
    [
      "200 with an error and a line feed",
      { body: errorBody("AccessDenied") + "\n" },
      // The SDK does not see the error there.
      transport === "lean" ? { code: "AccessDenied", effect: "none" } : { code: "Unknown", effect: "unknown" },
    ],
    ["200 without a body", {}, { code: transport === "lean" ? "Unknown" : "Unavailable", effect: "unknown" }],
    ["200 with half a body", { body: "<CopyObjectResult><ETag>" }, { code: "Unknown", effect: "unknown" }],
    ["200 with a foreign body", { body: "hello" }, { code: "Unknown", effect: "unknown" }],
    ["200 without an ETag", { body: xml("<CopyObjectResult/>") }, { code: "Unknown", effect: "unknown" }],
    ["reset", "reset", { code: "Connection", effect: "unknown" }],
    ["reset inside the body", { body: "<CopyObj", truncate: true }, { code: "Connection", effect: "unknown" }],
  ])("%s: one request, and what it means", async (_, reply, expected) => {
    server.script = () => reply;
    const error = await rejection(copy());
    expect(error).toMatchObject({ operation: "CopyObject", ...expected });
    expect(server.requests).toHaveLength(1);
  });

  test.each<[string, Reply, object]>([
    ["403", { status: 403 }, { code: "AccessDenied" }],
    ["500", { status: 500 }, { code: "Unavailable" }],
    ["503", { status: 503, reason: "Service Unavailable" }, { code: "Unavailable" }],
    ["503 Slow Down", { status: 503, reason: "Slow Down" }, { code: "Throttled" }],
    ["301", { status: 301, headers: { "x-amz-bucket-region": "us-east-1" } }, { code: "NoSuchBucket" }],
    ["reset", "reset", { code: "Connection" }],
  ])("HEAD %s", async (_, reply, expected) => {
    server.script = () => reply;
    const error = await rejection(adapters.source.head("k", signal()));
    expect(error).toMatchObject({ operation: "HeadObject", effect: "none", ...expected });
  });

  test("refused: nothing was sent", async () => {
    await server.close();
    expect(await rejection(copy())).toMatchObject({ code: "NotConnected", effect: "none" });
  });

  test("an abort while the server is silent ends the wait and leaves the outcome open", async () => {
    server.script = () => "hang";
    const controller = new AbortController();
    const waiting = adapters.destination.deleteObject("k", controller.signal);
    setTimeout(() => controller.abort(), 50);
    expect(await rejection(waiting)).toMatchObject({ code: "Aborted", effect: "unknown" });
  });

  test("an abort while CreateSession is silent ends the wait too, and the write is never sent", async () => {
    let release = (_reply: Reply): void => undefined;
    server.sessionScript = () => new Promise((resolve) => (release = resolve));
    const controller = new AbortController();
    const waiting = adapters.destination.deleteObject("k", controller.signal);
    setTimeout(() => controller.abort(), 50);
    expect(await rejection(waiting)).toMatchObject({ code: "Aborted" });
    release(sessionAnswer("late"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.requests).toEqual([]);
  });

  test("a signal that has aborted already sends nothing", async () => {
    const error = await rejection(adapters.source.head("k", AbortSignal.abort()));
    expect(error).toMatchObject({ code: "Aborted", effect: "none" });
    expect(server.requests).toEqual([]);
  });

  test("hundreds of calls under one signal leave no listener and print no warning", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    server.script = () => ({ status: 404 });
    const shared = signal();
    await Promise.all(Array.from({ length: 300 }, (_, n) => adapters.source.head(`k${n}`, shared)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", onWarning);
    expect(warnings.filter(({ name }) => name === "MaxListenersExceededWarning")).toEqual([]);
  });
});
