/**
 * Guard of the serialisable subset: Pulumi captures makeStarter as text, and what its serializer does not understand breaks
 * silently. So the text is written out, loaded by a second, clean Node process, and must do what the original does.
 */
import { execFile } from "node:child_process";
import { homedir, tmpdir } from "node:os";
import { promisify } from "node:util";
import { makeStarter, type StarterResult } from "../../functions/starter";
import { type AwsStub, queueOf, refusal, startAwsStub, type StubAnswers, stubEnvironment } from "./aws-stub";
import { crashedTask, type FakeEcs, fakeEcs, workingTask } from "./fake-ecs";
import { type Serialised, serialiseStarter } from "./serialised";

const RUNNER = `require(process.argv[1]).handler(JSON.parse(process.argv[2]))
  .then((result) => ({ result }), (error) => ({ error: error.message }))
  .then((outcome) => console.log(JSON.stringify(outcome)));`;

const EVENT = { time: "2026-04-01T12:00:00Z" };

interface Outcome {
  readonly result?: StarterResult;
  readonly error?: string;
}

interface Scenario {
  readonly environment?: Record<string, string>;
  readonly queue: StubAnswers[string];
  readonly prepare?: (ecs: FakeEcs) => void;
  readonly expected: object;
}

const scenarios: Record<string, Scenario> = {
  "nothing to do": { queue: queueOf(0), expected: { result: { launched: 0, looks: [{ reason: "nothing-to-do" }] } } },
  "only in flight": {
    queue: queueOf(0, 500, 2),
    prepare: (ecs) => ecs.tasks.push(workingTask("a", Date.now())),
    expected: { result: { looks: [{ reason: "only-in-flight", running: 1, delayed: 2 }] } },
  },
  "launch, Spot short": {
    environment: { MAX_WORKERS: "23" },
    queue: queueOf(300),
    prepare: (ecs) => (ecs.spotLeft = 4),
    expected: { result: { launched: 23, looks: [{ capacity: { FARGATE: 19, FARGATE_SPOT: 4 }, spotShortage: true }] } },
  },
  "crash loop": {
    queue: queueOf(9),
    prepare: (ecs) => ecs.tasks.push(...[10, 70, 130].map((ago) => crashedTask(`c${ago}`, Date.now(), ago))),
    expected: { result: { launched: 1, looks: [{ reason: "crash-loop", crashLoop: true }] } },
  },
  paused: {
    environment: { MAX_WORKERS: "0" },
    queue: queueOf(9),
    expected: { result: { looks: [{ reason: "paused" }] } },
  },
  "two looks": {
    environment: { POLL_INTERVAL_SECONDS: "1" },
    // An error ends the invocation, so that the test does not look for 50 seconds by the real clock.
    queue: (_, call) => {
      if (call > 1) throw refusal("QueueDoesNotExist", "gone");
      return queueOf(call)();
    },
    expected: { error: "GetQueueAttributes failed: QueueDoesNotExist: gone. Check QUEUE_URL." },
  },
  "a bad environment": {
    environment: { SUBNETS: "", SPOT_WEIGHT: "x" },
    queue: queueOf(1),
    expected: { error: expect.stringMatching(/^2 problems in the configuration:\n.*\n.*$/) as unknown },
  },
};

let packed: Serialised;

beforeAll(async () => {
  packed = await serialiseStarter();
  jest.spyOn(console, "log").mockImplementation(() => undefined);
});

afterAll(() => {
  jest.restoreAllMocks();
  packed.remove();
});

/** Everything but addresses and times must be the same, so both get a cluster of their own. */
async function inStub(
  scenario: Scenario,
  run: (environment: Record<string, string>) => Promise<Outcome>,
): Promise<{ outcome: Outcome; stub: AwsStub }> {
  const ecs = fakeEcs(() => Date.now());
  scenario.prepare?.(ecs);
  const stub = await startAwsStub({ ...ecs.answers, GetQueueAttributes: scenario.queue });
  try {
    return { outcome: await run(stubEnvironment(stub, scenario.environment)), stub };
  } finally {
    await stub.close();
  }
}

async function direct(environment: Record<string, string>): Promise<Outcome> {
  const before = process.env;
  process.env = environment;
  try {
    return { result: await makeStarter()(EVENT) };
  } catch (error) {
    return { error: (error as Error).message };
  } finally {
    process.env = before;
  }
}

async function serialised(environment: Record<string, string>): Promise<Outcome> {
  const args = ["-e", RUNNER, packed.module, JSON.stringify(EVENT)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: environment, cwd: packed.folder });
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Outcome;
}

it.each(Object.entries(scenarios))("the serialised starter does what the original does: %s", async (_, scenario) => {
  const original = await inStub(scenario, direct);
  const copy = await inStub(scenario, serialised);
  expect(copy.outcome).toMatchObject(scenario.expected);
  expect(copy.outcome).toEqual(original.outcome);
  const callsOf = (stub: AwsStub): object[] =>
    stub.calls.map(({ operation, input }) => ({
      operation,
      // These contain the stub's port.
      input: { ...input, QueueUrl: undefined, clientToken: undefined },
    }));
  expect(callsOf(copy.stub)).toEqual(callsOf(original.stub));
});

it("is small: the SDK is required, not captured", () => {
  expect(packed.text.length).toBeLessThan(64 * 1024);
  expect([...new Set(packed.text.match(/require\("[^"]*"\)/g))].sort()).toEqual([
    'require("@aws-sdk/client-ecs/dist-cjs/index.js")',
    'require("@aws-sdk/client-sqs/dist-cjs/index.js")',
    'require("crypto")',
  ]);
});

it("contains no path of the machine it was built on", () => {
  for (const path of [process.cwd(), homedir(), tmpdir(), "file://", "node_modules/"])
    expect(packed.text).not.toContain(path);
});
