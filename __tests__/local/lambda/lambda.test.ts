/** Functions in warm processes, over the REST API and directly. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCloud, type Cloud } from "../../../local/cloud";
import { manualClock, type ManualClock } from "../../../local/http/clock";
import { liveChildren } from "../../../local/process/children";
import { signedFetch } from "../http/signed-fetch";

let cloud: Cloud;
let clock: ManualClock;
let directory: string;

beforeEach(async () => {
  clock = manualClock();
  cloud = await startCloud({ clock });
  directory = await mkdtemp(join(tmpdir(), "lambda-test-"));
});
afterEach(async () => {
  await cloud.close();
  await rm(directory, { recursive: true });
  expect(liveChildren()).toBe(0);
});

async function create(code: string, more: object = {}): Promise<void> {
  const module = join(directory, "handler.cjs");
  await writeFile(module, code);
  cloud.lambda.createFunction({ name: "f", module, ...more });
}

const call = (path: string, method = "POST", body?: unknown, headers: Record<string, string> = {}) =>
  signedFetch(cloud, "operator", "lambda", {
    method,
    path,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const INVOKE = "/2015-03-31/functions/f/invocations";

test("the second invocation finds a warm process, the environment and the context", async () => {
  await create(
    `let count = 0;
     exports.handler = async (event, context) => ({ event, count: ++count, who: process.env.WHO, name: context.functionName, left: context.getRemainingTimeInMillis() > 0 });`,
    { environment: { WHO: "me" } },
  );
  const expected = { event: { a: 1 }, who: "me", name: "f", left: true };
  expect(await (await call(INVOKE, "POST", { a: 1 })).json()).toEqual({ ...expected, count: 1 });
  expect(await (await call(INVOKE, "POST", { a: 1 })).json()).toEqual({ ...expected, count: 2 });
});

test("an error of the handler is an Unhandled function error in a 200", async () => {
  await create(`exports.handler = async () => { throw new TypeError("no luck"); };`);
  const answer = await call(INVOKE);
  expect([answer.status, answer.headers.get("x-amz-function-error")]).toEqual([200, "Unhandled"]);
  expect(await answer.json()).toMatchObject({ errorType: "TypeError", errorMessage: "no luck" });
});

test("a module that cannot be loaded, and an export that is not there", async () => {
  await create(`throw new Error("broken import")`);
  expect((await cloud.lambda.invoke("f")).outcome).toMatchObject({ error: { errorMessage: "broken import" } });
  await create(`exports.other = 1`, { exportName: "missing" });
  expect((await cloud.lambda.invoke("f")).outcome).toMatchObject({
    error: { errorMessage: "f.missing is undefined or not exported" },
  });
});

test("after a time-out or a crash the next invocation starts cold", async () => {
  await create(
    `let warm = 0;
     exports.handler = async (event) => { if (event.hang) await new Promise(() => setInterval(() => {}, 1000)); if (event.exit) process.exit(1); return ++warm; };`,
    { timeoutSeconds: 0.2 },
  );
  await cloud.lambda.invoke("f");
  const timedOut = await cloud.lambda.invoke("f", { hang: true });
  expect(timedOut.outcome).toMatchObject({ error: { errorType: "Sandbox.Timedout" } });
  cloud.lambda.createFunction({ name: "g", module: join(directory, "handler.cjs"), timeoutSeconds: 10 });
  expect((await cloud.lambda.invoke("g", { exit: true })).outcome).toMatchObject({
    error: { errorType: "Runtime.ExitError" },
  });
  expect((await cloud.lambda.invoke("g")).outcome).toEqual({ result: "1" });
});

test("reserved concurrency 1: the second at once is 429", async () => {
  await create(
    `const { existsSync } = require("node:fs");
     exports.handler = async ({ file }) => { while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5)); };`,
    { reservedConcurrency: 1 },
  );
  const event = { file: join(directory, "go") };
  const first = cloud.lambda.invoke("f", event);
  const second = await call(INVOKE, "POST", event);
  expect([second.status, second.headers.get("x-amzn-errortype")]).toEqual([429, "TooManyRequestsException"]);
  await writeFile(event.file, "");
  await first;
  expect((await call(INVOKE, "POST", event)).status).toBe(200);
});

test("an asynchronous invocation is accepted at once and retried after one and two minutes", async () => {
  await create(
    `let n = 0; exports.handler = async () => { console.log("attempt " + ++n); throw new Error("again"); };`,
  );
  const attempts: string[] = [];
  const third = new Promise<void>((resolve) =>
    cloud.lambda.onLine((_name, { line }) => {
      if (line.startsWith("attempt")) attempts.push(line);
      if (line.startsWith("REPORT")) setImmediate(() => clock.tick(120_000));
      if (line === "attempt 3") resolve();
    }),
  );
  const answer = await call(INVOKE, "POST", {}, { "x-amz-invocation-type": "Event" });
  expect(answer.status).toBe(202);
  await third;
  expect(attempts).toEqual(["attempt 1", "attempt 2", "attempt 3"]);
});

test("output is kept and the tail can be asked for", async () => {
  await create(`exports.handler = async () => { console.log("hello"); return null; };`);
  const answer = await call(INVOKE, "POST", {}, { "x-amz-log-type": "Tail" });
  const tail = Buffer.from(answer.headers.get("x-amz-log-result")!, "base64").toString();
  expect(tail).toMatch(/^START RequestId: .*\nhello\nEND RequestId: .*\nREPORT RequestId: /);
  expect(cloud.lambda.output("f").map(({ line }) => line)).toContain("hello");
});

test("configuration is shown and changed; a change ends the warm process", async () => {
  await create(`exports.handler = async () => process.env.MODE;`, { environment: { MODE: "old" } });
  await cloud.lambda.invoke("f");
  const changed = await call("/2015-03-31/functions/f/configuration", "PUT", {
    Timeout: 9,
    Environment: { Variables: { MODE: "new" } },
  });
  expect(await changed.json()).toMatchObject({ Timeout: 9, Environment: { Variables: { MODE: "new" } } });
  expect((await cloud.lambda.invoke("f")).outcome).toEqual({ result: '"new"' });
  const shown = await call("/2015-03-31/functions/f/configuration", "GET");
  expect(await shown.json()).toMatchObject({ FunctionName: "f", MemorySize: 128, State: "Active" });
});

test("an update that names an older revision is refused, and changes nothing", async () => {
  await create(`exports.handler = async () => null;`, { environment: { MODE: "old" } });
  const path = "/2015-03-31/functions/f/configuration";
  const { RevisionId } = (await (await call(path, "GET")).json()) as { RevisionId: string };
  const change = (MODE: string) => call(path, "PUT", { RevisionId, Environment: { Variables: { MODE } } });
  const first = await change("first");
  expect(first.status).toBe(200);
  expect(((await first.json()) as { RevisionId: string }).RevisionId).not.toBe(RevisionId);
  const second = await change("second");
  expect([second.status, second.headers.get("x-amzn-errortype")]).toEqual([412, "PreconditionFailedException"]);
  expect(await (await call(path, "GET")).json()).toMatchObject({ Environment: { Variables: { MODE: "first" } } });
});

test("a function there is not is 404, an unknown path 501", async () => {
  const missing = await call("/2015-03-31/functions/none/invocations");
  expect([missing.status, missing.headers.get("x-amzn-errortype")]).toEqual([404, "ResourceNotFoundException"]);
  expect((await call("/2015-03-31/functions/f/code", "GET")).status).toBe(501);
});
