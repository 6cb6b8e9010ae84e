import {
  adviceFor,
  asSyncError,
  classOf,
  ERROR_CODES,
  type ErrorCode,
  isSyncError,
  syncError,
} from "../../core/errors";

it("keeps every field, the cause and the stack", () => {
  const cause = new Error("socket hang up");
  const error = syncError({
    code: "Connection",
    operation: "CopyObject",
    effect: "unknown",
    message: "broke",
    awsName: "ECONNRESET",
    httpStatus: 0,
    requestId: "r",
    cause,
  });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: "SyncError",
    message: "CopyObject: broke",
    code: "Connection",
    effect: "unknown",
    awsName: "ECONNRESET",
    httpStatus: 0,
    requestId: "r",
    cause,
  });
  expect(error.stack).toContain("errors.test");
});

it("has no fields that were not given", () => {
  const error = syncError({
    code: "Timeout",
    operation: "HeadObject",
    effect: "none",
    message: "m",
    httpStatus: undefined,
  });
  expect(error.awsName).toBe("Timeout");
  expect("httpStatus" in error || "requestId" in error || "cause" in error).toBe(false);
});

describe("asSyncError", () => {
  it("passes a SyncError on as it is", () => {
    const error = syncError({ code: "Timeout", operation: "HeadObject", effect: "none", message: "m" });
    expect(asSyncError(error, "Other")).toBe(error);
    expect(isSyncError(error)).toBe(true);
  });

  it.each<[string, unknown, string, string]>([
    ["an Error", new TypeError("bad"), "X: bad", "TypeError"],
    ["a string", "text", "X: text", "string"],
    ["undefined", undefined, "X: undefined", "undefined"],
    ["a symbol", Symbol("s"), "X: Symbol(s)", "symbol"],
    ["an object that has no text", Object.create(null), "X: a thrown object", "object"],
    [
      "an object whose text throws",
      {
        toString: () => {
          throw new Error("no");
        },
      },
      "X: a thrown object",
      "object",
    ],
  ])("wraps %s with an unknown effect", (_, thrown, message, awsName) => {
    const error = asSyncError(thrown, "X");
    expect(error).toMatchObject({ code: "Unknown", effect: "unknown", message, awsName });
  });

  it.each([null, "x", {}, new Error("x"), Object.assign(new Error("x"), { name: "SyncError" })])(
    "%p is none",
    (value) => {
      expect(isSyncError(value)).toBe(false);
    },
  );
});

it.each(Object.keys(ERROR_CODES) as ErrorCode[])("%s has a class and advice for people", (code) => {
  const error = syncError({ code, operation: "X", effect: "none", message: "m" });
  expect(["transient", "throttled", "systemic", "key", "raced"]).toContain(classOf(error));
  expect(adviceFor(code)).toMatch(/^[A-Z].*\.$/);
});
