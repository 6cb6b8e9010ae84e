/** Each setting from `pulumi config set` to the resource it ends in; and what it leaves alone. */
import { SETTINGS } from "../../core/settings-table";
import { type Ran, type Recorded, runProgram } from "../support/pulumi-program";
import { ELSEWHERE, type Row, rows } from "./settings-rows";

// The starter's code does not matter here, and making it takes most of a run.
jest.mock("@pulumi/pulumi/runtime/closure/codePaths", () => ({ computeCodePaths: () => Promise.resolve(new Map()) }));
jest.mock("@pulumi/pulumi/runtime/closure/serializeClosure", () => ({
  serializeFunction: () => Promise.resolve({ text: "//", exportName: "handler", containsSecrets: false }),
}));

let dev: Ran;
let devByName: Map<string, Recorded>;

beforeAll(async () => {
  dev = await runProgram();
  devByName = byName(dev);
}, 60_000);

function byName(ran: Ran): Map<string, Recorded> {
  return new Map(ran.resources.map((one) => [one.name.replace(/^sync-?/, ""), one]));
}

function inputsOf(recorded: Recorded | undefined): string {
  return JSON.stringify({ ...recorded?.inputs, code: undefined });
}

const flat = Object.entries(rows).flatMap(([setting, row]) =>
  [row].flat().map((one) => [setting, one.value, one] as [string, string, Row]),
);

it("there is a row for every setting", () => {
  const names = Object.values(SETTINGS).map(({ variable }) => variable.name);
  expect([...Object.keys(rows), ...Object.keys(ELSEWHERE)].sort()).toEqual([...names].sort());
});

it.each(flat)("%s = %s", async (setting, value, row) => {
  const ran = await runProgram({ ...row.with, [setting]: value });
  const after = byName(ran);
  expect(row.shows(ran)).toEqual(row.as);
  expect([...after.keys()].filter((name) => !devByName.has(name)).sort()).toEqual([...(row.added ?? [])].sort());
  expect([...devByName.keys()].filter((name) => !after.has(name)).sort()).toEqual([...(row.removed ?? [])].sort());
  const changed = [...after].filter(
    ([name, one]) => devByName.has(name) && inputsOf(one) !== inputsOf(devByName.get(name)),
  );
  expect(changed.map(([name]) => name).sort()).toEqual([...row.changes].sort());
});

it("a paused stack waits without waking anybody, and still tells of dead letters", async () => {
  const ran = await runProgram({ paused: "true", alarmEmail: "ops@example.com" });
  const awake = ran
    .all("aws:cloudwatch/metricAlarm:MetricAlarm")
    .filter(({ inputs }) => inputs["actionsEnabled"] === true);
  expect(awake.map(({ name }) => name).sort()).toEqual(
    ["breaker", "crash-loop", "dead-letters", "spot-shortage", "starter-failing"].map((id) => `sync-alarm-${id}`),
  );
});

it("an alias ends where its setting ends", async () => {
  const seed = {
    REGION: "eu-west-1",
    SRC_BUCKET: "my-source-bucket",
    DST_BUCKET: "my-express-bucket--euw1-az1--x-s3",
    PREFIX_FILTER: "models/deepseek/",
    MAX_WORKERS: "10",
    LAMBDA_POLL_RATE: "2",
    TASK_CPU: "4096",
    TASK_MEMORY: "8192",
    VISIBILITY_TIMEOUT: "7200",
  };
  const own = {
    "aws:region": "eu-west-1",
    sourceBucket: "my-source-bucket",
    destinationBucket: "my-express-bucket--euw1-az1--x-s3",
    prefix: "models/deepseek/",
    maxWorkers: "10",
    pollIntervalSeconds: "120",
    taskCpu: "4096",
    taskMemory: "8192",
    visibilityTimeoutSeconds: "7200",
  };
  const answers = {
    getBucket: () => ({ bucketRegion: "eu-west-1" }),
    getDirectoryBuckets: () => ({ buckets: ["my-express-bucket--euw1-az1--x-s3"] }),
  };
  const [first, second] = [await runProgram(seed, { answers }), await runProgram(own, { answers })];
  const inputs = (ran: Ran): object =>
    Object.fromEntries(ran.resources.filter(({ name }) => name !== "aws").map((one) => [one.name, inputsOf(one)]));
  expect(inputs(first)).toEqual(inputs(second));
  expect(Object.keys(seed).sort()).toEqual(
    Object.values(SETTINGS)
      .flatMap(({ alias }) => alias?.name ?? [])
      .sort(),
  );
});
