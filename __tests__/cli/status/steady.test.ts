/** Which trouble ends a watch, and which it goes on through. */
import { makeSteady, mayPass } from "../../../cli/status/steady";
import { situation } from "./situations";

const named = (name: string, httpStatusCode: number): Error =>
  Object.assign(new Error("no"), { name, $metadata: { httpStatusCode } });
const OUTAGE = named("InternalError", 500);
const DENIED = named("AccessDenied", 403);

test.each([
  ["a server's error", OUTAGE, true],
  ["too many requests", named("ThrottlingException", 400), true],
  ["no connection", Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }), true],
  ["no answer", named("TimeoutError", 0), true],
  ["a refusal", DENIED, false],
  ["an expired token", named("ExpiredToken", 400), false],
  ["a queue that is gone", named("QueueDoesNotExist", 400), false],
  ["a mistake of ours", new TypeError("x is undefined"), false],
])("%s", (_, error, passes) => expect(mayPass(error)).toBe(passes));

function lookOf(...answers: readonly (Error | "seen")[]) {
  const troubles: unknown[] = [];
  const left = [...answers];
  const look = makeSteady(
    () => {
      const next = left.shift();
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(situation({}));
    },
    (error) => troubles.push(error),
  );
  return { look: () => look(new AbortController().signal), troubles };
}

test("the first look must succeed", async () => {
  const { look, troubles } = lookOf(OUTAGE);
  await expect(look()).rejects.toBe(OUTAGE);
  expect(troubles).toEqual([]);
});

test("after it an outage is told and gone through, a refusal ends it", async () => {
  const { look, troubles } = lookOf("seen", OUTAGE, OUTAGE, "seen", DENIED);
  expect(await look()).toBeDefined();
  expect([await look(), await look()]).toEqual([undefined, undefined]);
  expect(await look()).toBeDefined();
  await expect(look()).rejects.toBe(DENIED);
  expect(troubles).toEqual([OUTAGE, OUTAGE]);
});
