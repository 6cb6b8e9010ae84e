/**
 * The commands of the documents, typed as they stand, against one local cloud: in the order of a story, for each leaves something for the next. They
 * end with the code the page says, and print what it shows.
 */
import { spawnSync } from "node:child_process";
import { type E2E, withStack } from "../../support/e2e";
import { until } from "../../support/e2e-wait";
import { ruleOf } from "./classes";
import { COMMANDS } from "./commands";
import { missingLines, openShell, type Shell } from "./shell";

interface Step {
  /** As the page has it. */
  readonly command: string;
  readonly before?: (world: E2E) => Promise<unknown>;
  /** Default 0. */
  readonly code?: number;
  /** Default true: its page tells how the stack's outputs are found. */
  readonly withStack?: boolean;
  /** A program that not every machine has. */
  readonly tool?: string;
}

/** A small fleet that leaves soon; the schedule is there and does not ring. */
const STACK = {
  settings: { longPollSeconds: 1, emptyPollsBeforeExit: 3, maxWorkers: 2, pollIntervalSeconds: 3600 },
  scheduled: true,
} as const;

const put =
  (key: string, content: string) =>
  async ({ put: write, cloud }: E2E): Promise<void> => {
    await write(key, content);
    await cloud.s3.flushDeliveries();
  };

const STORY: readonly Step[] = [
  { command: "s3-express-sync trigger", withStack: false, code: 2 },
  { command: "pulumi stack output --json > outputs.json" },
  { command: "s3-express-sync status --outputs outputs.json" },
  { command: "npx s3-express-sync doctor --probe", before: workersComeForTheProbe },
  { command: "s3-express-sync doctor --probe --trigger" },
  { command: "npx s3-express-sync backfill", before: put("first", "hello") },
  { command: 'echo "Hello S3 Express" | aws s3 cp - s3://$(pulumi stack output sourceBucket)/test.txt', tool: "aws" },
  { command: "aws s3 ls s3://$(pulumi stack output destinationBucket)/", before: everythingIsCopied, tool: "aws" },
  { command: "s3-express-sync explain refused", before: aKeyIsRefused, code: 1 },
  { command: "s3-express-sync logs worker --errors --since 1h" },
  { command: "s3-express-sync dlq list" },
  { command: "s3-express-sync dlq show refused" },
  { command: "s3-express-sync work --dry-run", before: oneIsNewAndOneIsGone },
  { command: "s3-express-sync work" },
  { command: "s3-express-sync pause", before: put("waiting", "x") },
  { command: "s3-express-sync status", before: theStarterLooks },
  { command: "s3-express-sync resume", before: put("later", "x") },
  { command: "s3-express-sync scale 3" },
  { command: "s3-express-sync verify --deep", before: bothSidesDiffer, code: 1 },
  { command: "s3-express-sync backfill --dry-run --prefix mod", before: objectsFromBefore },
  { command: "s3-express-sync backfill" },
  { command: "npm run local -- --bucket plain --bucket fast--use1-az4--x-s3 --region us-east-1" },
];

/** One for each of its two legs, which begin with a write at the source: it would not stay for long. */
function workersComeForTheProbe({ cloud, source, runWorker }: E2E): Promise<void> {
  for (const operation of ["PutObject", "DeleteObject"]) {
    const moment = cloud.faults.hold({ operation, resource: source });
    void moment
      .arrived()
      .then(runWorker)
      .then(() => moment.release());
  }
  return Promise.resolve();
}

async function everythingIsCopied({ drained, runWorker }: E2E): Promise<void> {
  await runWorker();
  await drained();
}

async function aKeyIsRefused(world: E2E): Promise<void> {
  const action = { type: "error", status: 400, code: "KeyTooLongError" } as const;
  world.cloud.faults.add({ operation: "CopyObject", key: "refused", action });
  await put("refused", "r")(world);
  await look(world);
  await until("the dead letter", () => world.deadLetters.depth().visible === 1);
  await workersLeave(world);
}

async function workersLeave({ cloud }: E2E): Promise<void> {
  await until("the last worker's end", () => cloud.ecs.tasks({ lastStatus: "RUNNING" }).length === 0);
}

async function oneIsNewAndOneIsGone(world: E2E): Promise<void> {
  await world.put("a b", "hello");
  await world.put("gone", "x");
  world.cloud.s3.delete(world.source, "gone");
  await world.cloud.s3.flushDeliveries();
}

async function theStarterLooks(world: E2E): Promise<void> {
  world.queue.purge();
  await look(world);
}

/** An event of the schedule; what the starter launches is in the metrics, and so in the dollars of `status`. */
async function look({ cloud, starterName }: E2E): Promise<void> {
  await cloud.lambda.invoke(starterName, { time: new Date().toISOString() });
}

/** One key that only the source has, one that only the destination has; their events were lost long ago. */
async function bothSidesDiffer(world: E2E): Promise<void> {
  for (const key of ["waiting", "later"]) world.cloud.s3.delete(world.source, key);
  const old = { lastModifiedMs: Date.parse("2026-01-01"), notify: false };
  await world.put("a/1", "1", old);
  await world.cloud.s3.put(world.destination, "a/3", "3", old);
  await world.cloud.s3.flushDeliveries();
  world.queue.purge();
}

async function objectsFromBefore(world: E2E): Promise<void> {
  for (let n = 0; n < 108; n++) await world.put(`models/${n}`, "x".repeat(100));
  await world.cloud.s3.flushDeliveries();
  world.queue.purge();
}

const RUN = COMMANDS.filter((command) => ruleOf(command)?.then.is === "run");
const has = (tool: string): boolean => spawnSync(tool, ["--version"], { stdio: "ignore" }).status === 0;

test("every command that can be run is in the story, and nothing else", () => {
  expect([...new Set(STORY.map(({ command }) => command))].sort()).toEqual(
    [...new Set(RUN.map(({ text }) => text))].sort(),
  );
});

test("the story", async () => {
  await withStack(STACK, async (world) => {
    const shell: Shell = openShell(world);
    try {
      for (const step of STORY) await go(world, shell, step);
    } finally {
      shell.close();
    }
    world.queue.purge();
  });
}, 240_000);

async function go(world: E2E, shell: Shell, { command, before, code = 0, withStack, tool }: Step): Promise<void> {
  if (tool !== undefined && !has(tool)) {
    console.log(`not run, ${tool} is not installed: ${command}`);
    return;
  }
  await before?.(world);
  const ran = await shell.run(command, withStack === undefined ? {} : { withStack });
  expect({ command, ...ran }).toMatchObject({ command, code });
  const shown = RUN.filter(({ text }) => text === command).flatMap((one) => one.shown);
  const missing = missingLines(shown, ran.output);
  // The output is shown only where it explains something.
  expect({ command, missing, output: missing.length === 0 ? "" : ran.output }).toEqual({
    command,
    missing: [],
    output: "",
  });
}

test("a line that a command no longer prints would be found", () => {
  const shown = ["1 dead letter, 1 reason", "", "KeyRefused  1  10 s  ..."];
  expect(missingLines(shown, '3 dead letter, 2 reason\n\nKeyRefused 4 2 s "a"\n')).toEqual([]);
  expect(missingLines(shown, "no dead letters\n\n")).toEqual([shown[0], shown[2]]);
});
