import * as fc from "fast-check";
import { ERROR_CODES, type ErrorCode, syncError } from "../../core/errors";
import { backoffMs, decideRetry, DEFAULT_RETRY } from "../../core/retry";

const failure = (code: ErrorCode) => syncError({ code, operation: "CopyObject", effect: "none", message: "x" });
const codes = Object.keys(ERROR_CODES) as ErrorCode[];

it.each(codes)("%s is tried again exactly when waiting can help", (code) => {
  const retried = ["transient", "throttled"].includes(ERROR_CODES[code].class) && code !== "Aborted";
  expect(decideRetry(failure(code), 2, DEFAULT_RETRY, 0.5).kind).toBe(retried ? "retry" : "give-up");
});

it("an ended session is tried again once, at once: the next call gets a new one", () => {
  expect(decideRetry(failure("Session"), 1, DEFAULT_RETRY, 0.5)).toEqual({ kind: "retry", delayMs: 0 });
  expect(decideRetry(failure("Session"), 2, DEFAULT_RETRY, 0.5)).toEqual({ kind: "give-up" });
});

it("gives up after the last attempt", () => {
  expect(decideRetry(failure("Throttled"), DEFAULT_RETRY.attempts - 1, DEFAULT_RETRY, 0).kind).toBe("retry");
  expect(decideRetry(failure("Throttled"), DEFAULT_RETRY.attempts, DEFAULT_RETRY, 0).kind).toBe("give-up");
});

it.each([
  [1, 100],
  [2, 200],
  [3, 400],
  [7, 6_400],
  [8, 10_000],
  [2_000, 10_000],
])("the ceiling before attempt %d + 1 is %d ms", (attempt, ceiling) => {
  expect(backoffMs(attempt, DEFAULT_RETRY, 0)).toBe(0);
  expect(backoffMs(attempt, DEFAULT_RETRY, 1 - Number.EPSILON)).toBe(ceiling - 1);
});

it("every delay is a whole number of milliseconds below the ceiling, for any policy", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.record({ baseMs: fc.integer({ min: 1, max: 60_000 }), capMs: fc.integer({ min: 1, max: 900_000 }) }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, policy, random) => {
        const delay = backoffMs(attempt, policy, random);
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThan(policy.capMs);
      },
    ),
  );
});
