/** The queue's access policy as IAM would read it. */
import { type Ask, type Permission, permissionOf } from "../../../cli/doctor/policy";

const ASK: Ask = {
  service: "s3.amazonaws.com",
  action: "sqs:SendMessage",
  resource: "arn:aws:sqs:eu-north-1:1:q",
  context: { "aws:SourceArn": "arn:aws:s3:::src", "aws:SourceAccount": "1" },
};
const BASE = {
  Effect: "Allow",
  Principal: { Service: "s3.amazonaws.com" },
  Action: "sqs:SendMessage",
  Resource: ASK.resource,
};

const CASES: readonly (readonly [string, object | readonly object[], Permission])[] = [
  ["without a condition", BASE, "allowed"],
  ["of anybody", { ...BASE, Principal: "*" }, "allowed"],
  ["of any AWS principal", { ...BASE, Principal: { AWS: "*" } }, "allowed"],
  ["of several services", { ...BASE, Principal: { Service: ["sns.amazonaws.com", "s3.amazonaws.com"] } }, "allowed"],
  ["any action, in another case", { ...BASE, Action: "SQS:*" }, "allowed"],
  ["a pattern of resources", { ...BASE, Resource: "arn:aws:sqs:*:1:?" }, "allowed"],
  ["a pattern of sources", { ...BASE, Condition: { ArnLike: { "AWS:SOURCEARN": "arn:aws:s3:*:*:sr*" } } }, "allowed"],
  [
    "a key that S3 does not set, if it exists",
    { ...BASE, Condition: { StringEqualsIfExists: { "aws:PrincipalOrgID": "o" } } },
    "allowed",
  ],
  [
    "a key that S3 does not set",
    { ...BASE, Condition: { StringEquals: { "aws:PrincipalOrgID": "o" } } },
    "not-allowed",
  ],
  ["another account", { ...BASE, Condition: { StringEquals: { "aws:SourceAccount": "2" } } }, "not-allowed"],
  ["another service", { ...BASE, Principal: { Service: "events.amazonaws.com" } }, "not-allowed"],
  ["another action", { ...BASE, Action: "sqs:ReceiveMessage" }, "not-allowed"],
  ["another queue", { ...BASE, Resource: "arn:aws:sqs:eu-north-1:1:q2" }, "not-allowed"],
  ["a dot is no wildcard", { ...BASE, Resource: ASK.resource.replace("-", ".") }, "not-allowed"],
  ["nothing", [], "not-allowed"],
  ["a denial wins", [BASE, { ...BASE, Effect: "Deny" }], "denied"],
  ["a denial of others does not", [BASE, { ...BASE, Effect: "Deny", Principal: { Service: "x" } }], "allowed"],
  ["an operator that is not known", { ...BASE, Condition: { NumericLessThan: { "aws:x": "1" } } }, "unclear"],
  [
    "a denial that is not understood",
    [BASE, { ...BASE, Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }],
    "unclear",
  ],
  ["everything but", { Effect: "Allow", Principal: "*", NotAction: "sqs:DeleteQueue", Resource: "*" }, "unclear"],
];

test.each(CASES)("%s", (_what, Statement, permission) => {
  expect(permissionOf(JSON.stringify({ Version: "2012-10-17", Statement }), ASK)).toBe(permission);
});

test("no policy, and one that is no JSON", () => {
  expect([permissionOf(undefined, ASK), permissionOf("{", ASK)]).toEqual(["not-allowed", "unclear"]);
});
