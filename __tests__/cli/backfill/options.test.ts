/** What a call of backfill must know of the system. */
import { type BackfillOptions, needsOf } from "../../../cli/backfill/options";

const inventory = "s3://b/manifest.json";

test.each<[BackfillOptions, readonly string[]]>([
  [{}, ["region", "sourceBucket", "prefix", "queueUrl"]],
  [{ inventory }, ["region", "sourceBucket", "prefix", "queueUrl"]],
  [{ dryRun: true }, ["region", "sourceBucket", "prefix", "destinationBucket"]],
  [{ dryRun: true, inventory }, ["region", "sourceBucket", "prefix"]],
])("%j needs %j", (options, needs) => {
  expect(needsOf(options)).toEqual(needs);
});
