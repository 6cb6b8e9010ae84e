/** cost: estimates, a listing of the source, the last run out of metrics, and refusals. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cli, cliOn, startCli } from "../../support/cli";
import { BRIEF, withStack } from "../../support/e2e";
import { until } from "../../support/e2e-wait";
import { text, withPriceList } from "../cost/price-list/server";

jest.setTimeout(120_000);
const PRICED = ["--price-region", "us-east-1"];

test("dollars before running: the answer first, then every item with quantity and unit price", async () => {
  const { code, stdout, stderr } = await cli(["cost", "--objects", "1000000", "--bytes", "10TiB", ...PRICED]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const lines = stdout.split("\n");
  expect(lines[0]).toBe(
    "Copying 1,000,000 objects, 10.0 TiB costs $35.10 once and takes about 18 min; then $1,126.49 a month.",
  );
  expect(lines).toEqual(
    expect.arrayContaining([
      "Once, 1,000,000 objects, 10.0 TiB:",
      expect.stringMatching(/^Express copy requests +1,001,000 requests +\$0\.00113 per 1,000 requests +\$1\.13$/),
      expect.stringMatching(/^Express upload +10,240 GB +\$0\.0032 per GB +\$32\.77$/),
      expect.stringMatching(/^total +\$35\.10$/),
      "Every month:",
      expect.stringMatching(/^Express storage +10,240 GB-months +\$0\.11 per GB-month +\$1,126\.40$/),
      "Of which without a single event:",
      "Prices: us-east-1, 2026-10-04, US dollars. Where each comes from: cost --show-prices.",
    ]),
  );
  const idle = stdout.slice(stdout.indexOf("Of which without"), stdout.indexOf("Assumed:"));
  expect(idle).not.toMatch(/Fargate|Public IPv4|custom metrics|alarms/);
});

test("a month of changes, and --json as one document with the same sums", async () => {
  const args = ["cost", "--per-day", "20000", "--object-size", "5MiB", "--keep-days", "30", ...PRICED];
  const text = await cli(args);
  expect(text.stdout.split("\n")[0]).toBe("$373.99 a month.");
  const { code, stdout } = await cli([...args, "--json"]);
  const told = JSON.parse(stdout) as { monthly: { dollars: number; lines: { item: string; dollars: number }[] } };
  expect(code).toBe(0);
  expect(told.monthly.dollars).toBeCloseTo(373.99, 2);
  expect(told.monthly.lines.reduce((sum, line) => sum + line.dollars, 0)).toBeCloseTo(told.monthly.dollars, 9);
});

test.each([
  ["seed-low", "10 files a day, 2 minutes each time: $1.54 a month here; it was put at $0.02.", "$0.014"],
  ["seed-high", "1,000 files a day, 30 minutes each time: $40.42 a month here; it was put at $0.22.", "$0.21"],
])("%s is counted again and says where the figures differ", async (name, answer, claimed) => {
  const { code, stdout } = await cli(["cost", "--scenario", name, ...PRICED]);
  expect(code).toBe(0);
  expect(stdout.split("\n")[0]).toBe(answer);
  expect(stdout).toMatch(new RegExp(`^as it counts: one worker.* +\\${claimed}$`, "m"));
  expect(stdout).toContain("\nWhere the figures differ:\n");
  const json = await cli(["cost", "--scenario", name, ...PRICED, "--json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({ readings: { length: 4 }, scenario: { claimed: {} } });
});

test("prices: with their sources, as a file that comes back in, and a Region that is not known", async () => {
  const shown = await cli(["cost", "--show-prices", ...PRICED]);
  expect(shown.stdout).toMatch(/^Express upload +\$0\.0032 per GB +express$/m);
  expect(shown.stdout).toContain("\n  express: AWS News Blog, 2025-04-10");
  const folder = mkdtempSync(join(tmpdir(), "cli-cost-"));
  try {
    const file = join(folder, "prices.json");
    const table = JSON.parse((await cli(["cost", "--show-prices", ...PRICED, "--json"])).stdout) as {
      dollars: Record<string, number>;
    };
    writeFileSync(file, JSON.stringify({ dollars: { ...table.dollars, expressUpload: 0 } }));
    const mine = await cli(["cost", "--objects", "1", "--bytes", "1TiB", "--prices", file]);
    expect(mine.code).toBe(0);
    expect(mine.stdout).toContain(`Prices: ${file}, US dollars.`);
    expect(mine.stdout).toMatch(/^Express upload +1,024 GB +\$0 per GB +\$0$/m);
    writeFileSync(file, JSON.stringify({ dollars: {} }));
    const broken = await cli(["cost", "--objects", "1", "--bytes", "1", "--prices", file]);
    expect(broken).toMatchObject({ code: 2, stdout: "" });
    expect(broken.stderr).toContain(`  - ${file}: dollars.expressWrites is no price of 0 or more\n`);
    const absent = await cli(["cost", "--objects", "1", "--bytes", "1", "--prices", join(folder, "none.json")]);
    expect(absent).toMatchObject({ code: 2, stdout: "" });
    expect(absent.stderr).toMatch(/^--prices: the table cannot be read: ENOENT: .*none\.json'\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const unknown = await cli(["cost", "--objects", "1", "--bytes", "1", "--region", "eu-north-1"]);
  expect(unknown).toMatchObject({ code: 2, stdout: "" });
  expect(unknown.stderr).toMatch(/^The prices of eu-north-1 are not built in; .*\nAdd --fetch-prices to read them /);
});

test("prices of any Region from AWS's price list: estimated at once, kept as a file, twice", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cli-cost-"));
  await withPriceList({}, async ({ url, spotUrl }) => {
    const fetched = ["--fetch-prices", "--price-list-url", url, "--spot-url", spotUrl, "--price-region", "eu-north-1"];
    const job = ["cost", "--objects", "1000", "--bytes", "1TiB"];
    const first = await cli([...job, ...fetched]);
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: "" });
    expect(first.stdout).toMatch(/^Express upload +1,024 GB +\$0\.0033 per GB +\$3\.38$/m);
    expect(first.stdout).toMatch(/\nPrices: eu-north-1, AWS price list read on \d{4}-\d\d-\d\d, US dollars\./);
    expect(first.stdout).toMatch(/^ {2}- Spot at its price of \d{4}-\d\d-\d\d, which moves\.$/m);
    expect(await cli([...job, ...fetched])).toEqual(first);

    const shown = await cli(["cost", "--show-prices", ...fetched]);
    expect(shown.stdout).toMatch(/^Fargate Spot ARM, CPU +\$0\.0117 per vCPU-hour +spot$/m);
    expect(shown.stdout).toContain(
      `\n  AmazonS3: ${url}/offers/v1.0/aws/AmazonS3/current/eu-north-1/index.json, published `,
    );
    const file = join(folder, "eu-north-1.json");
    writeFileSync(file, (await cli(["cost", "--show-prices", "--json", ...fetched])).stdout);
    const kept = await cli([...job, "--prices", file]);
    expect(kept.code).toBe(0);
    expect(kept.stdout.split("\n")[0]).toBe(first.stdout.split("\n")[0]);
    expect(kept.stdout).toMatch(/\nPrices: eu-north-1, AWS price list read on .* \(.*eu-north-1\.json\), US dollars\./);
    expect(kept.stdout).toMatch(/^ {2}- Spot at its price of/m);
  }).finally(() => rmSync(folder, { recursive: true }));
});

test("a price list that does not have the Region, or does not answer in order: one readable error, and nothing on stdout", async () => {
  const job = ["cost", "--show-prices", "--fetch-prices"];
  await withPriceList({ "/AmazonVPC/current/eu-north-1": text("{") }, async ({ url, spotUrl }) => {
    const from = ["--price-list-url", url, "--spot-url", spotUrl];
    const unknown = await cli([...job, ...from, "--price-region", "eu-north-9"]);
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toMatch(
      /^AWS's price list has no \w+ for "eu-north-9": .* answered 403\.\nS3 Express One Zone is known/,
    );
    const broken = await cli([...job, ...from, "--price-region", "eu-north-1", "--json"]);
    expect(broken).toMatchObject({ code: 1, stdout: "" });
    expect(broken.stderr).toMatch(/AmazonVPC\/current\/eu-north-1\/index\.json cannot be used: it is no JSON\.\n/);
  });
  expect(await cli([...job, "--prices", "f", "--price-region", "x", "--spot-url", "x"])).toMatchObject({
    code: 2,
    stdout: "",
  });
});

test("Ctrl-C while the list is read", async () => {
  let asked = (): void => undefined;
  const arrived = new Promise<void>((resolve) => (asked = resolve));
  await withPriceList({ "/AmazonECS/": () => asked() }, async ({ url, spotUrl }) => {
    const from = ["--price-list-url", url, "--spot-url", spotUrl, "--price-region", "eu-north-1"];
    const running = startCli(["cost", "--show-prices", "--fetch-prices", ...from]);
    await arrived;
    running.kill("SIGINT");
    expect(await running.ended).toEqual({ code: 1, stdout: "", stderr: "Interrupted.\n" });
  });
});

test("wrong usage is exit 2 with every problem", async () => {
  expect(await cli(["cost", "--objects", "x", "--per-day", "1", ...PRICED])).toEqual({
    code: 2,
    stdout: "",
    stderr:
      "Several problems:\n" +
      '  - --objects is "x"; it must be a whole number such as 1000000\n' +
      "  - --objects and --bytes go together: so many objects, so much in all\n" +
      "  - --per-day needs --object-size: what an object holds on average\n",
  });
});

test("of what the source holds, and of the last run", async () => {
  await withStack({ settings: { ...BRIEF, maxWorkers: 1 } }, async (world) => {
    const idle = await cliOn(world, ["cost", ...PRICED]);
    expect(idle.stdout.split("\n")[0]).toBe("No run in the last 24h: nothing beyond the idle bill, $0.0879 a month.");
    await world.put("a/1", "x".repeat(1024));
    await world.put("a/2", "y".repeat(1024));
    await world.put("cold", "z", { storageClass: "GLACIER" });
    const survey = await cliOn(world, ["cost", "--from-bucket", ...PRICED]);
    expect(survey.code).toBe(0);
    expect(survey.stdout.split("\n").slice(0, 2)).toEqual([
      expect.stringMatching(
        /^Copying 2 objects, 2.0 KiB costs \$0\.\d+ once and takes about \d+ s; then \$0\.0879 a month\.$/,
      ),
      `Listed s3://${world.source}/: 0 objects above 256 MiB, copied in parts; 1 object archived, not copied until restored and not counted.`,
    ]);
    await cliOn(world, ["trigger"]);
    await world.workers()[0]?.ended(0);
    await until("the metrics of the run", async () => {
      const told = await cliOn(world, ["cost", "--last-run", "--json", ...PRICED]);
      return (JSON.parse(told.stdout) as { run: { copied: number } | null }).run?.copied === 2;
    });
    const last = await cliOn(world, ["cost", "--last-run", ...PRICED]);
    expect(last.code).toBe(0);
    expect(last.stdout.split("\n")[0]).toMatch(
      /^The last run cost about \$0\.\d+: 2 objects copied, 2.0 KiB, 0 deleted; \d{4}-\d\d-\d\d \d\d:\d\d UTC to \d\d:\d\d UTC, 1 worker minute\.$/,
    );
    expect(last.stdout).toMatch(/^Express copy requests +2 requests +\$0\.00113 per 1,000 requests +<\$0\.0001$/m);
  });
});

test("what may not be listed, or is not there, is one readable error", async () => {
  await withStack({}, async (world) => {
    world.cloud.faults.add({
      operation: "ListObjectsV2",
      principal: "operator",
      action: { type: "error", status: 403, code: "AccessDenied" },
    });
    const denied = await cliOn(world, ["cost", "--from-bucket", ...PRICED]);
    expect(denied).toMatchObject({ code: 1, stdout: "" });
    expect(denied.stderr).toMatch(/^ListObjectsV2: .*\nThese credentials may not make this call: .*operatorPolicy/);
  });
});
