/** A dead letter tells a person what happened, within what SQS can carry. */
import { syncError } from "../../core/errors";
import { deadLetterOf } from "../../worker/dead-letter";

const error = (message: string, awsName?: string) =>
  syncError({ code: "KeyRefused", operation: "CopyObject", effect: "none", message, ...(awsName ? { awsName } : {}) });

const about = (key: string) => ({ key, fingerprint: undefined });

it("carries error, key, the state of the source and what to do", () => {
  expect(deadLetterOf("body", error("400", "InvalidURI"), { key: "a/b", fingerprint: "1;e;1;2;;d" })).toEqual({
    body: "body",
    attributes: {
      ErrorName: "InvalidURI",
      ErrorCode: "KeyRefused",
      ErrorMessage: "CopyObject: 400",
      Advice: "The destination refuses this key. Rename the object at the source.",
      Key: "a/b",
      Fingerprint: "1;e;1;2;;d",
    },
  });
});

it("cuts long texts and replaces what an attribute cannot carry; an empty one gets a dash", () => {
  const { attributes } = deadLetterOf("", error("x".repeat(2_000)), about("a\u0000b\ud800c\ufffe\u{1f600}\t"), "");
  expect(attributes?.["ErrorMessage"]).toHaveLength(1_000);
  expect(attributes?.["Key"]).toBe("a\ufffdb\ufffdc\ufffd\u{1f600}\t");
  expect(attributes?.["Advice"]).toBe("-");
  expect(attributes).not.toHaveProperty("Fingerprint");
});
