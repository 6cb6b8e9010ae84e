/** A stack that knows the sync by its outputs alone: who may read the replica, who may operate the sync. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

// `pulumi config set syncStack ORGANIZATION/s3-express-sync/dev`
const sync = new pulumi.StackReference(new pulumi.Config().require("syncStack"));
const replica = sync.requireOutput("destinationBucket");
const { accountId } = aws.getCallerIdentityOutput();
const region = sync.requireOutput("system").apply((system: { region: string }) => system.region);

/** Reading a directory bucket is one permission: a session that may only read. */
export const readers = new aws.iam.Policy("replica-readers", {
  policy: aws.iam.getPolicyDocumentOutput({
    statements: [
      {
        actions: ["s3express:CreateSession"],
        resources: [pulumi.interpolate`arn:aws:s3express:${region}:${accountId}:bucket/${replica}`],
        conditions: [{ test: "StringEquals", variable: "s3express:SessionMode", values: ["ReadOnly"] }],
      },
    ],
  }).json,
}).arn;

/** What the command line calls, and no more. */
export const operators = new aws.iam.Policy("sync-operators", { policy: sync.requireOutput("operatorPolicy") }).arn;
