/** doctor: a healthy stack, several kinds of broken ones, and a probe that goes the whole way or gets stuck. */
import { cliOn, outputsFile, startCli } from "../../support/cli";
import { BRIEF, type E2E, withStack } from "../../support/e2e";
import { until } from "../../support/e2e-wait";

jest.setTimeout(180_000);
/** Enabled, and never due while a test runs. */
const HOURLY = { ...BRIEF, maxWorkers: 2, pollIntervalSeconds: 3600 } as const;

interface Found {
  readonly check: string;
  readonly verdict: string;
  readonly finding: string;
  readonly fix?: string;
}

interface DoctorDocument {
  readonly problems: number;
  readonly warnings: number;
  readonly unknown: number;
  readonly ok: number;
  readonly checks: readonly Found[];
  readonly probe?: {
    readonly key: string;
    readonly legs: readonly { readonly leg: string; readonly seconds: number }[];
  };
}

async function examine(world: E2E, ...args: string[]): Promise<{ code: number | null; found: DoctorDocument }> {
  const { code, stdout } = await cliOn(world, ["doctor", "--json", ...args]);
  return { code, found: JSON.parse(stdout) as DoctorDocument };
}

function notOk({ checks }: DoctorDocument): string[] {
  return checks.filter(({ verdict }) => verdict !== "ok").map(({ check, verdict }) => `${check}: ${verdict}`);
}

test("a healthy stack is ok everywhere, twice, and nothing is changed", async () => {
  await withStack({ settings: HOURLY, scheduled: true }, async (world) => {
    await world.put("a/1", "x");
    for (let run = 1; run <= 2; run++) {
      const { code, stdout, stderr } = await cliOn(world, ["doctor"]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout.split("\n")).toEqual([
        "No problem, 15 ok.",
        "",
        "check         result  finding",
        "place         ok      eun1-az1 is a zone of eu-north-1",
        `source        ok      ${world.source} is there; a missing key is a 404`,
        `destination   ok      ${world.destination} gives a session`,
        "notification  ok      all 4 kinds, all keys",
        `queue-policy  ok      s3.amazonaws.com may send for ${world.source}`,
        "queue         ok      kept 10 days, dead letters 14 days",
        expect.stringMatching(/^schedule {6}ok {6}rate\(.*\) invokes .*-starter$/) as string,
        "starter       ok      at most 2 workers, Spot 4 : On-Demand 1",
        "task          ok      revision 1: 2 vCPU, 4 GB, 256 copies at once",
        "subnets       ok      2 in 2 zones lead out, with public addresses",
        "endpoints     ok      both, in the route tables of all subnets",
        "quota         ok      2 workers need 4 vCPU; Spot 64, On-Demand 64",
        "kms           ok      source AES256, destination AES256",
        "visibility    ok      120 s; one copy of 256 MiB may take 86 s to land",
        "objects       ok      1 object looked at, all there are: nothing stands in the way",
        "",
      ]);
    }
    expect(
      world.requests(["PutObject", "DeleteObject", "Invoke", "SetQueueAttributes"], { principal: "operator" }),
    ).toEqual([]);
  });
});

test("what is misconfigured is found over the wire, each with its fix, and exit 1", async () => {
  await withStack({ settings: HOURLY, scheduled: true }, async (world) => {
    const { cloud, source, destination, queue, deadLetters } = world;
    await cloud.setNotification(source, [{ queueArn: queue.arn, events: ["s3:ObjectCreated:*"], prefix: "only/" }]);
    queue.setAttributes({ Policy: "", VisibilityTimeout: "45" });
    deadLetters.setAttributes({ MessageRetentionPeriod: "3600" });
    cloud.quotas.set("fargate", "L-36FBB829", 2);
    const key = cloud.kms.createKey();
    cloud.s3.configure(destination, { encryption: { kind: "aws:kms", keyId: key } });
    const sourceKey = cloud.kms.createKey();
    cloud.s3.configure(source, { encryption: { kind: "aws:kms", keyId: sourceKey } });
    cloud.kms.setState(sourceKey, "PendingDeletion");
    cloud.schedule.setEnabled(world.system.starterRule, false);
    await world.put("tagged", "x", { tags: { team: "a" } });
    await world.put("sealed", "x", { customerKeyMd5: "1B2M2Y8AsgTpgAmY7PhCfg==" });
    await world.put("cold", "x", { storageClass: "DEEP_ARCHIVE" });
    await world.put("odd//key", "x");

    const { code, found } = await examine(world);
    expect(code).toBe(1);
    expect(notOk(found)).toEqual([
      "notification: problem",
      "notification: problem",
      "queue-policy: problem",
      "queue: warning",
      "schedule: warning",
      "quota: problem",
      "kms: problem",
      "kms: problem",
      "visibility: warning",
      "objects: warning",
      "objects: warning",
      "objects: problem",
      "objects: warning",
    ]);
    const texts = found.checks.map(({ finding }) => finding);
    expect(texts).toEqual(
      expect.arrayContaining([
        "the queue is not told of s3:ObjectRemoved:*, s3:LifecycleExpiration:*, s3:ObjectRestore:Completed",
        "only keys that begin with only/ are sent; the system syncs all",
        `the source's key ${sourceKey} is PendingDeletion`,
        `${destination} encrypts with ${key}, which the worker does not know of`,
        "2 workers need 4 vCPU of Spot, the quota is 2",
        '1 object archived, such as "cold"',
        '1 of 4 under a customer\'s key (SSE-C), such as "sealed"',
        '1 of 4 have tags, such as "tagged"',
      ]),
    );
    const text = await cliOn(world, ["doctor"]);
    expect(text.code).toBe(1);
    expect(text.stdout.split("\n")[0]).toBe("7 problems, 6 warnings, 7 ok.");
    expect(text.stdout).toContain("\nWhat to do:\n");
    expect(text.stdout).toContain("  kms: Enable the key, or cancel its deletion: ");
  });
});

test("another network: no way out, and no endpoints", async () => {
  await withStack({ settings: HOURLY, scheduled: true }, async (world) => {
    const { network, lambda } = world.cloud;
    const subnet = network.createSubnet({ vpcId: network.createVpc() });
    lambda.createFunction({
      name: "elsewhere",
      module: "dist/starter.cjs",
      environment: {
        QUEUE_URL: world.system.queueUrl,
        CLUSTER: world.system.cluster,
        TASK_DEFINITION: world.system.taskFamily,
        TASK_FAMILY: world.system.taskFamily,
        SUBNETS: subnet,
        ASSIGN_PUBLIC_IP: "false",
      },
    });
    const { code, found } = await examine(world, "--starter", "elsewhere");
    expect(code).toBe(1);
    expect(notOk(found)).toEqual(["schedule: problem", "subnets: problem", "endpoints: problem", "endpoints: problem"]);
    const of = (check: string) => found.checks.find((one) => one.check === check)?.finding;
    expect(of("subnets")).toBe(
      `${subnet} has no way out of the VPC, and no interface endpoint for sqs, ecr.api, ecr.dkr, logs`,
    );
    expect(of("endpoints")).toBe(`${subnet}: no gateway endpoint for s3, and no other way to it`);
  });
});

test("what is gone, and what may not be looked at, hides nothing else", async () => {
  await withStack({ settings: HOURLY, scheduled: true }, async (world) => {
    world.cloud.faults.add({
      operation: "DescribeRouteTables",
      action: { type: "error", status: 403, code: "UnauthorizedOperation", message: "not authorized" },
    });
    const gone = [
      "--source-bucket",
      "nobody",
      "--destination-bucket",
      "nobody--eun1-az1--x-s3",
      "--task-family",
      "nobody",
    ];
    const { code, found } = await examine(world, ...gone);
    expect(code).toBe(1);
    const of = (check: string) => found.checks.find((one) => one.check === check);
    expect(of("source")).toMatchObject({ verdict: "problem", finding: "nobody does not exist" });
    expect(of("destination")).toMatchObject({ verdict: "problem", finding: "nobody--eun1-az1--x-s3 does not exist" });
    expect(of("task")).toMatchObject({
      verdict: "problem",
      finding: "it does not exist: Unable to describe task definition.",
      fix: expect.stringMatching(/^`pulumi up` makes it again\./) as string,
    });
    expect(of("subnets")).toMatchObject({ verdict: "unknown", finding: "not permitted to look: not authorized" });
    expect(of("place")).toMatchObject({ verdict: "ok" });
    expect(of("schedule")).toMatchObject({ verdict: "ok" });
  });
});

test("a probe goes the whole way, is timed, and leaves nothing: with versions, and twice", async () => {
  await withStack({ settings: { ...HOURLY, prefix: "in/" }, scheduled: true, versioned: true }, async (world) => {
    for (let run = 1; run <= 2; run++) {
      const { code, stdout, stderr } = await cliOn(world, ["doctor", "--probe", "--trigger"]);
      expect(code).toBe(0);
      expect(stderr).toMatch(/^Probing with "in\/\.s3-express-sync-probe\/[0-9a-z]+"; Ctrl-C takes it away again\.\n$/);
      const lines = stdout.split("\n");
      expect(lines.slice(lines.findIndex((line) => line.startsWith("The probe")))).toEqual([
        expect.stringMatching(/^The probe "in\/.*" went the whole way in \d+\.\d s\.$/) as string,
        "leg                        seconds",
        expect.stringMatching(/^written at the source {6}\d+\.\d$/) as string,
        expect.stringMatching(/^copied to the destination {2}\d+\.\d$/) as string,
        expect.stringMatching(/^deleted at the source {6}\d+\.\d$/) as string,
        expect.stringMatching(/^gone at the destination {4}\d+\.\d$/) as string,
        "",
      ]);
      // Versions that are deleted for good are events, too.
      await cliOn(world, ["trigger"]);
      await world.drained();
      expect([world.cloud.s3.versions(world.source), world.cloud.s3.list(world.destination)]).toEqual([[], []]);
    }
    expect((await examine(world, "--probe", "--trigger", "--probe-name", "dir//x y+z")).found.probe).toMatchObject({
      key: "in/dir//x y+z",
      legs: [{ leg: "written" }, { leg: "copied" }, { leg: "deleted" }, { leg: "gone" }],
    });
    await cliOn(world, ["trigger"]);
    await world.drained();
  });
});

test("a probe that gets stuck names the leg and where it waits; Ctrl-C takes it away; what is there is not touched", async () => {
  await withStack({ settings: HOURLY, scheduled: true }, async (world) => {
    const stuck = await cliOn(world, ["doctor", "--probe", "--timeout", "2"]);
    expect(stuck.code).toBe(1);
    expect(stuck.stdout).toMatch(/\nThe probe ".*" got stuck: not copied within 2 s\.\n/);
    expect(stuck.stdout).toMatch(/\ncopied to the destination {2}not in time\n/);
    expect(stuck.stdout).toContain("\nThe event waits in the queue and nobody takes it: ");
    expect(world.cloud.s3.list(world.source)).toEqual([]);

    const outputs = outputsFile(world);
    const waiting = startCli(["doctor", "--probe", "--outputs", outputs.path], world.cloud.environmentFor("operator"));
    await until("the probe at the source", () => world.cloud.s3.list(world.source).length === 1);
    waiting.kill("SIGINT");
    const { code, stderr } = await waiting.ended;
    outputs.remove();
    expect(code).toBe(1);
    expect(stderr).toMatch(/\nInterrupted\.\n$/);
    expect(world.cloud.s3.list(world.source)).toEqual([]);

    await world.put("mine", "x");
    const refused = await cliOn(world, ["doctor", "--probe", "--probe-name", "mine"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('There is an object "mine" at the source already: give another --probe-name.');
    expect(world.cloud.s3.list(world.source).map(({ key }) => key)).toEqual(["mine"]);
  });
});

test("--probe --dry-run: the checks and what the probe would do; nothing is written or run, twice", async () => {
  await withStack({ settings: { ...HOURLY, prefix: "in/" }, scheduled: true }, async (world) => {
    const { cloud, source, destination, system } = world;
    const plan = async (...args: string[]) => {
      const { code, stdout, stderr } = await cliOn(world, ["doctor", "--probe", "--dry-run", ...args]);
      const [verdict, ...lines] = stdout.split("\n");
      const from = lines.findIndex((line) => /^(Nothing|The probe)/.test(line));
      return { code, stderr, verdict, plan: from < 0 ? [] : lines.slice(from, -1) };
    };
    for (let run = 1; run <= 2; run++) {
      expect(await plan()).toEqual({
        ...{ code: 0, stderr: "", verdict: "No problem, 15 ok." },
        plan: [
          "Nothing was written (--dry-run). The probe would go this way:",
          "leg                        what it does",
          `written at the source      a small object: s3://${source}/in/.s3-express-sync-probe/ and a random name`,
          `copied to the destination  waits for it in ${destination}, at most 300 s, leaving the starter to its schedule`,
          "deleted at the source      deletes it again",
          "gone at the destination    waits for that, at most 300 s, likewise",
          "Whatever happens, it is taken away again on both sides.",
        ],
      });
    }
    expect((await plan("--trigger", "--timeout", "5", "--probe-name", "x")).plan).toEqual(
      expect.arrayContaining([
        `written at the source      a small object: s3://${source}/in/x`,
        `copied to the destination  waits for it in ${destination}, at most 5 s, running ${system.starter} at once and every 10 s`,
      ]),
    );
    expect((await examine(world, "--probe", "--dry-run", "--trigger")).found).toMatchObject({
      problems: 0,
      probe: {
        dryRun: true,
        source,
        destination,
        keyBegins: "in/.s3-express-sync-probe/",
        timeoutSeconds: 300,
        runsStarter: true,
      },
    });

    await world.put("in/mine", "x");
    expect(await plan("--probe-name", "mine")).toMatchObject({
      ...{ code: 1, plan: [] },
      stderr: 'There is an object "in/mine" at the source already: give another --probe-name.\n',
    });
    cloud.schedule.setEnabled(system.starterRule, false);
    expect(await plan()).toMatchObject({
      code: 1,
      plan: ["The probe would not be sent: no worker runs, and nothing can start one.", /paused/, /--force/].map(
        (line) => (typeof line === "string" ? line : (expect.stringMatching(line) as string)),
      ),
    });
    expect((await plan("--trigger")).code).toBe(0);
    const changing = ["PutObject", "DeleteObject", "Invoke"] as const;
    expect(world.requests([...changing], { principal: "operator" })).toEqual([]);
    world.queue.purge();
  });
});

test("a probe that nothing could take is not sent: why and what to do at once; a worker, --trigger or --force lets it go", async () => {
  await withStack({ settings: { ...HOURLY, prefix: "in/" }, scheduled: true }, async (world) => {
    const { cloud, system } = world;
    const probe = (...args: string[]) => cliOn(world, ["doctor", "--probe", ...args]);
    const written = () => world.requests("PutObject", { principal: "operator" }).length;
    const told = ({ stdout }: { stdout: string }) => stdout.slice(stdout.indexOf("The probe")).split("\n");
    const work = "If `work` runs on some machine, --force sends it all the same.";
    const zero = "  the most workers allowed is 0. `scale N` allows some; --trigger would launch none either.";

    cloud.schedule.setEnabled(system.starterRule, false);
    const paused = await probe();
    expect({ code: paused.code, stderr: paused.stderr, told: told(paused) }).toEqual({
      ...{ code: 1, stderr: "" },
      told: [
        "The probe was not sent: no worker runs, and nothing can start one.",
        `  the system is paused: ${system.starterRule} is disabled. \`resume\` ends that; --trigger runs the starter all the same.`,
        ...[work, ""],
      ],
    });
    expect(await cliOn(world, ["scale", "0"])).toMatchObject({ code: 0 });
    const both = await examine(world, "--probe");
    expect(both).toMatchObject({
      code: 1,
      found: {
        problems: 0,
        probe: {
          notSent: [{ why: "the most workers allowed is 0" }, { why: expect.stringMatching(/paused/) as string }],
        },
      },
    });
    expect(told(await probe("--trigger"))).toEqual([
      "The probe was not sent: no worker runs, and nothing can start one.",
      ...[zero, work, ""],
    ]);
    expect(written()).toBe(0);

    const forced = await probe("--force", "--timeout", "1");
    expect(told(forced)[0]).toMatch(/^The probe ".*" got stuck: not copied within 1 s\.$/);
    await world.cloud.s3.flushDeliveries();
    world.queue.purge();

    // Held, so that the worker is there for as long as anybody looks for it.
    const moment = cloud.faults.hold({ operation: "ReceiveMessage" });
    const worker = await world.worker();
    const outputs = outputsFile(world);
    const taken = startCli(["doctor", "--probe", "--outputs", outputs.path], cloud.environmentFor("operator"));
    await until("the probe at the source", () => written() === 2);
    taken.kill("SIGINT");
    expect((await taken.ended).stderr).toMatch(/\nInterrupted\.\n$/);
    outputs.remove();
    moment.release();
    await world.drained();
    await worker.ended(0);

    expect(await cliOn(world, ["scale", "2"])).toMatchObject({ code: 0 });
    const triggered = await probe("--trigger", "--timeout", "60");
    expect({ code: triggered.code, told: told(triggered)[0] }).toEqual({
      code: 0,
      told: expect.stringMatching(/^The probe ".*" went the whole way in \d+\.\d s\.$/) as string,
    });
    await world.drained();
  });
});

test("wrong usage is exit 2 with every problem", async () => {
  await withStack({}, async (world) => {
    expect(await cliOn(world, ["doctor", "--sample", "0", "--trigger", "--dry-run"])).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "Several problems:\n" +
        '  - --sample is "0"; it must be a whole number from 1 to 1000000\n' +
        "  - --trigger, --dry-run without --probe\n",
    });
  });
});
