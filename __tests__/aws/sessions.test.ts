import { makeSessions, type CreateSession, type Session } from "../../aws/sessions";
import {
  DESTINATION,
  errorBody,
  makeAdapters,
  rejection,
  sessionAnswer,
  signal,
  startServer,
  TRANSPORTS,
} from "./support";

const BASE = { accessKeyId: "AKIA1", secretAccessKey: "s" };
const LIFETIME_MS = 300_000;

/** Sessions on a clock that stands still, with a CreateSession whose answers the test gives. */
function stage() {
  let nowMs = 1_000_000;
  let made = 0;
  const pending: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const create: CreateSession = (bucket, base) =>
    new Promise((resolve, reject) => {
      pending.push({ resolve: () => resolve(session(`${bucket}/${base.accessKeyId}/${++made}`)), reject });
    });
  const session = (token: string): Session => ({
    accessKeyId: "ASIA",
    secretAccessKey: "s",
    sessionToken: token,
    expiration: new Date(nowMs + LIFETIME_MS),
  });
  const sessions = makeSessions({ create, now: () => nowMs });
  const token = async (bucket = "b", base = BASE) =>
    (await sessions.getS3ExpressIdentity(base, { Bucket: bucket })).sessionToken;
  /** A first session, with this much of its life left. */
  const withSession = async (leftMs: number): Promise<void> => {
    const first = token();
    pending.shift()!.resolve();
    await first;
    nowMs += LIFETIME_MS - leftMs;
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { sessions, token, pending, withSession, settle, pass: (ms: number) => (nowMs += ms) };
}

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);
beforeAll(() => process.on("unhandledRejection", onUnhandled));
afterAll(() => process.off("unhandledRejection", onUnhandled));
afterEach(() => expect(unhandled).toEqual([]));

test("calls at the same time share one CreateSession, later ones its session", async () => {
  const { token, pending } = stage();
  const calls = [token(), token(), token()];
  expect(pending).toHaveLength(1);
  pending[0]!.resolve();
  expect(new Set(await Promise.all(calls)).size).toBe(1);
  await token();
  expect(pending).toHaveLength(1);
});

test("a failure is told to all who wait and then forgotten", async () => {
  const { token, pending, settle } = stage();
  const calls = [token(), token()];
  pending.shift()!.reject(new Error("503"));
  for (const call of calls) await expect(call).rejects.toThrow("503");
  await settle();
  const next = token();
  pending.shift()!.resolve();
  expect(await next).toBe("b/AKIA1/1");
});

test.each([
  ["fresh", 60_001, "old", 0],
  ["a minute before its end", 60_000, "old", 1],
  ["just good enough", 5_001, "old", 1],
  ["too old to send", 5_000, "new", 1],
  ["expired", -1, "new", 1],
] as const)("%s (%i ms left): the %s token, %i CreateSession", async (_, leftMs, expected, creates) => {
  const { token, pending, withSession } = stage();
  await withSession(leftMs);
  const call = token();
  await Promise.resolve();
  expect(pending).toHaveLength(creates);
  pending[0]?.resolve();
  expect(await call).toBe(expected === "old" ? "b/AKIA1/1" : "b/AKIA1/2");
});

test("a refresh behind the calls replaces the token", async () => {
  const { token, pending, withSession, settle } = stage();
  await withSession(30_000);
  expect(await token()).toBe("b/AKIA1/1");
  pending.shift()!.resolve();
  await settle();
  expect(await token()).toBe("b/AKIA1/2");
});

test("a failed refresh is no unhandled rejection, keeps the old token and is tried again a second later", async () => {
  const { token, pending, withSession, settle, pass } = stage();
  await withSession(30_000);
  expect(await token()).toBe("b/AKIA1/1");
  pending.shift()!.reject(new Error("down"));
  await settle();
  expect(await token()).toBe("b/AKIA1/1");
  expect(pending).toHaveLength(0);
  pass(1_000);
  expect(await token()).toBe("b/AKIA1/1");
  expect(pending).toHaveLength(1);
  pending.shift()!.resolve();
  await settle();
  expect(await token()).toBe("b/AKIA1/2");
});

test("rotated credentials and other buckets get sessions of their own", async () => {
  const { token, pending, withSession } = stage();
  await withSession(200_000);
  const rotated = token("b", { ...BASE, accessKeyId: "AKIA2" });
  pending.shift()!.resolve();
  expect(await rotated).toBe("b/AKIA2/2");
  const other = token("c", { ...BASE, accessKeyId: "AKIA2" });
  pending.shift()!.resolve();
  expect(await other).toBe("c/AKIA2/3");
});

test("invalidate: the next call makes a new session; a token of the past changes nothing", async () => {
  const { sessions, token, pending, withSession } = stage();
  await withSession(200_000);
  sessions.invalidate("b", "another");
  sessions.invalidate("unknown bucket", "b/AKIA1/1");
  expect(await token()).toBe("b/AKIA1/1");
  sessions.invalidate("b", "b/AKIA1/1");
  const next = token();
  pending.shift()!.resolve();
  expect(await next).toBe("b/AKIA1/2");
});

describe.each(TRANSPORTS)("on the wire, %s", (transport) => {
  test("a failing CreateSession is an error without effect, and the next call recovers", async () => {
    const server = await startServer(() => ({ status: 204 }));
    const { destination, destroy } = makeAdapters(server.endpoint, { transport });
    server.sessionScript = () => ({ status: 503, body: errorBody("ServiceUnavailable") });
    const error = await rejection(destination.deleteObject("k", signal()));
    expect(error).toMatchObject({ code: "Unavailable", operation: "CreateSession", effect: "none" });
    expect(server.requests).toHaveLength(0);
    server.sessionScript = () => sessionAnswer("good");
    await destination.deleteObject("k", signal());
    expect(server.requests[0]!.headers["x-amz-s3session-token"]).toBe("good");
    destroy();
    await server.close();
  });

  test.each([
    ["AccessDenied", 403, "Session"],
    ["NoSuchBucket", 404, "NoSuchBucket"],
    ["SlowDown", 503, "Throttled"],
    ["InvalidAccessKeyId", 403, "Credentials"],
  ])("CreateSession answers %s (%i): %s", async (name, status, code) => {
    const server = await startServer();
    const { destination, destroy } = makeAdapters(server.endpoint, { transport });
    server.sessionScript = () => ({ status, body: errorBody(name) });
    const error = await rejection(destination.head("k", signal()));
    expect(error).toMatchObject({ code, operation: "CreateSession", effect: "none", awsName: name });
    destroy();
    await server.close();
  });

  test("CreateSession without credentials is a Session error", async () => {
    const server = await startServer();
    const { destination, destroy } = makeAdapters(server.endpoint, { transport });
    server.sessionScript = () => ({ body: "<CreateSessionResult/>" });
    expect(await rejection(destination.head("k", signal()))).toMatchObject({ code: "Session", effect: "none" });
    destroy();
    await server.close();
  });

  test("many calls make one CreateSession, signed with the plain credentials", async () => {
    const server = await startServer(() => ({ status: 204 }));
    const { destination, destroy } = makeAdapters(server.endpoint, { transport, slots: 16 });
    await Promise.all(Array.from({ length: 16 }, (_, n) => destination.deleteObject(`k${n}`, signal())));
    expect(server.sessionRequests).toHaveLength(1);
    expect(server.sessionRequests[0]!.target).toMatch(new RegExp(`^/${DESTINATION}//?\\?session(=|$)`));
    expect(server.sessionRequests[0]!.headers.authorization).toContain("Credential=AKIATEST/");
    destroy();
    await server.close();
  });

  test("a session that is no longer taken is replaced by the next call", async () => {
    const server = await startServer(({ headers }) =>
      headers["x-amz-s3session-token"] === "token-1"
        ? { status: 400, body: errorBody("ExpiredToken") }
        : { status: 204 },
    );
    const { destination, destroy } = makeAdapters(server.endpoint, { transport });
    const failed = await Promise.all([1, 2, 3].map((n) => rejection(destination.deleteObject(`k${n}`, signal()))));
    for (const error of failed)
      expect(error).toMatchObject({ code: "Session", effect: "none", operation: "DeleteObject" });
    await destination.deleteObject("k", signal());
    expect(server.sessionRequests).toHaveLength(2);
    destroy();
    await server.close();
  });

  test("a HEAD refused for its session (a bare 400) is a Session error and replaces it", async () => {
    const server = await startServer(({ method, headers }) =>
      headers["x-amz-s3session-token"] !== "token-1"
        ? { status: 404 }
        : { status: 400, ...(method === "GET" ? { body: errorBody("InvalidToken") } : {}) },
    );
    const { destination, destroy } = makeAdapters(server.endpoint, { transport });
    expect(await rejection(destination.head("k", signal()))).toMatchObject({ code: "Session" });
    expect(await destination.head("k", signal())).toEqual({ kind: "absent" });
    destroy();
    await server.close();
  });
});
