/** The texts an operator pastes: the backfill command is run, with an `aws` of our own in front of the real one. */
import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseEnvelope } from "../../core/envelope";
import { parseSettings, type Settings } from "../../core/settings";
import { namesFor } from "../../infra/names";
import { nextCommands, reuseCommand } from "../../infra/next-commands";

const QUEUE_URL = "https://sqs.eu-north-1.amazonaws.com/123456789012/q";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "s3es-commands-"));
  // Lists what the test has put down; notes what is sent, one argument a line.
  writeFileSync(
    join(folder, "aws"),
    '#!/bin/sh\nif [ "$1" = s3api ]; then printf "%s\\n" "$@" > "$FOLDER/listed"; cat "$FOLDER/listing"; else for a in "$@"; do printf "%s\\n" "$a"; done >> "$FOLDER/sent"; fi\n',
  );
  chmodSync(join(folder, "aws"), 0o755);
});

afterAll(() => rmSync(folder, { recursive: true }));

function settingsWith(raw: Record<string, string>): Settings {
  const parsed = parseSettings({ "aws:region": "eu-north-1", ...raw }, "dev");
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.config;
}

async function backfill(raw: Record<string, string>, listing: unknown): Promise<readonly string[]> {
  const settings = settingsWith({ sourceBucket: "my-bucket", ...raw });
  const command = nextCommands(namesFor(settings, "123456789012"), settings, QUEUE_URL)["backfill"]!;
  writeFileSync(join(folder, "listing"), JSON.stringify(listing));
  writeFileSync(join(folder, "sent"), "");
  const env = { ...process.env, PATH: `${folder}:${process.env["PATH"]!}`, FOLDER: folder };
  await promisify(execFile)("bash", ["-c", command], { env });
  return readFileSync(join(folder, "sent"), "utf8").split("\n").filter(Boolean);
}

it("the backfill command queues every key, in messages a worker reads", async () => {
  const keys = ["a b", "it's", '"q"\\n', "日本/ü", ...Array.from({ length: 120 }, (_, index) => `k${index}`)];
  const sent = await backfill(
    {},
    keys.map((key, size) => ({ key, size })),
  );
  const bodies = sent.filter((line) => line.startsWith("{")).map((line) => parseEnvelope(JSON.parse(line) as unknown));
  expect(bodies).toHaveLength(3);
  const found = bodies.flatMap((body) => (body.kind === "keys" && "keys" in body ? body.keys : []));
  expect(found).toEqual(keys.map((key, size) => ({ key, size })));
  expect(sent.slice(0, 7)).toEqual([
    "sqs",
    "send-message",
    "--queue-url",
    QUEUE_URL,
    "--region",
    "eu-north-1",
    "--message-group-id",
  ]);
});

it("only the prefix, whatever is in it; and an empty bucket is no error", async () => {
  expect(await backfill({ prefix: "it's $(here)/" }, null)).toEqual([]);
  expect(readFileSync(join(folder, "listed"), "utf8").split("\n")).toContain("it's $(here)/");
});

it("a backfill comes first where objects are there already, and nobody is told to write into a bucket of theirs", () => {
  const verbs = (settings: Settings) => Object.keys(nextCommands(namesFor(settings, "123456789012"), settings, "Q"));
  expect(verbs(settingsWith({ sourceBucket: "mine" }))).toEqual(["backfill", "depth", "startNow", "pause"]);
  expect(verbs(settingsWith({}))).toEqual(["tryIt", "backfill", "depth", "startNow", "pause"]);
});

it("the lines that take retained buckets into use again name what was created", () => {
  const names = (settings: Settings) => namesFor(settings, "123456789012");
  const created = settingsWith({});
  expect(reuseCommand(names(created), created)).toBe(
    "pulumi config set sourceBucket s3-to-s3express-sync-source-123456789012\n" +
      "pulumi config set destinationBucket s3-to-s3express-sync-123456789012--eun1-az1--x-s3",
  );
  const half = settingsWith({ sourceBucket: "mine" });
  expect(reuseCommand(names(half), half)).not.toContain("sourceBucket");
  const gone = settingsWith({ deleteBucketsOnDestroy: "true" });
  expect(reuseCommand(names(gone), gone)).toBeUndefined();
});
