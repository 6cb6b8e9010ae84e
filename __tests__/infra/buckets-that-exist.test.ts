/** Buckets that are there before the stack: adopted ones belong to someone else, those of an earlier stack are taken in again. */
import {
  problemsOf,
  type ProgramOptions,
  type Ran,
  type Recorded,
  refusing,
  runProgram,
} from "../support/pulumi-program";

// The starter's code does not matter here, and making it takes most of a run.
jest.mock("@pulumi/pulumi/runtime/closure/codePaths", () => ({ computeCodePaths: () => Promise.resolve(new Map()) }));
jest.mock("@pulumi/pulumi/runtime/closure/serializeClosure", () => ({
  serializeFunction: () => Promise.resolve({ text: "//", exportName: "handler", containsSecrets: false }),
}));

describe("adopted buckets belong to someone else", () => {
  it("nothing is written on them but the notification document, which was empty", async () => {
    const ran = await runProgram({ sourceBucket: "my-source-bucket", destinationBucket: "data--eun1-az1--x-s3" });
    const s3 = ran.resources.filter(({ type }) => type.startsWith("aws:s3/")).map(({ name }) => name);
    expect(s3).toEqual(["sync-notification"]);
    expect(ran.outputs.next).toHaveProperty("backfill");
    expect(Object.keys(ran.outputs.next as object)[0]).toBe("backfill");
    expect(ran.outputs.reuseBuckets).toBeUndefined();
    const { addToBucketPolicy, addToLifecycleRules } = ran.outputs.advice as Record<string, string>;
    expect(JSON.parse(addToBucketPolicy!)).toMatchObject({
      Principal: { Service: "lifecycle.s3.amazonaws.com" },
      Action: ["s3express:CreateSession"],
      Resource: ["arn:aws:s3express:eu-north-1:123456789012:bucket/data--eun1-az1--x-s3"],
    });
    expect(JSON.parse(addToLifecycleRules!)).toMatchObject({
      Status: "Enabled",
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    });
  });

  it("not even that through EventBridge", async () => {
    const config = { sourceBucket: "my-source-bucket", notificationMode: "eventbridge" };
    const answers = { getBucketNotification: () => ({ eventbridge: true }) };
    const ran = await runProgram(config, { answers });
    expect(ran.all("aws:s3/bucketNotification:BucketNotification")).toEqual([]);
    expect(ran.find("aws:cloudwatch/eventRule:EventRule", "events").inputs["name"]).toBe("s3-to-s3express-sync-events");
  });

  it("our own entry is no obstacle to the next `up`", async () => {
    const own = {
      queueArn: "arn:aws:sqs:eu-north-1:123456789012:s3-to-s3express-sync-q",
      events: ["s3:ObjectCreated:*"],
    };
    const answers = { getBucketNotification: () => ({ queues: [own], eventbridge: false }) };
    expect(await problemsOf({ sourceBucket: "my-source-bucket" }, { answers })).toEqual([]);
  });

  it("the notifications of created buckets are not asked about", async () => {
    expect((await runProgram()).asked).not.toContain("getBucketNotification");
  });
});

describe("created buckets that are there already", () => {
  const SOURCE = "s3-to-s3express-sync-source-123456789012";
  const DESTINATION = "s3-to-s3express-sync-123456789012--eun1-az1--x-s3";
  const left = {
    getBucket: () => ({ bucketRegion: "eu-north-1" }),
    getDirectoryBuckets: () => ({ buckets: ["other--eun1-az1--x-s3", DESTINATION] }),
  };
  const imported = (ran: Ran): readonly string[] => ran.resources.flatMap(({ importId }) => importId || []).sort();

  it("are taken in, and everything else is as ever", async () => {
    const [first, again] = [await runProgram(), await runProgram({}, { answers: left })];
    expect(imported(first)).toEqual([]);
    expect(imported(again)).toEqual([DESTINATION, SOURCE]);
    const withoutImport = (ran: Ran): object =>
      Object.fromEntries(ran.resources.map((one) => [one.name, { ...one, importId: "", inputs: withoutCode(one) }]));
    expect(withoutImport(again)).toEqual(withoutImport(first));
  });

  it.each<[string, Record<string, string>, ProgramOptions["answers"], readonly string[]]>([
    ["only the one that is there", {}, { getBucket: left.getBucket }, [SOURCE]],
    ["not one in another Region", {}, { getBucket: () => ({ bucketRegion: "us-east-1" }) }, []],
    ["not what nobody may look at", {}, { ...left, ...refusing("getBucket", "getDirectoryBuckets") }, []],
    ["not an adopted one", { sourceBucket: "my-source-bucket" }, left, [DESTINATION]],
    ["not those that go with the stack", { deleteBucketsOnDestroy: "true" }, left, []],
  ])("%s", async (_, config, answers, expected) => {
    expect(imported(await runProgram(config, { answers: answers! }))).toEqual(expected);
  });
});

function withoutCode({ inputs }: Recorded): object {
  return { ...inputs, code: 0 };
}
