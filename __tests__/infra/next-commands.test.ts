/** The texts an operator pastes. */
import { parseSettings, type Settings } from "../../core/settings";
import { namesFor } from "../../infra/names";
import { nextCommands, reuseCommand } from "../../infra/next-commands";

function settingsWith(raw: Record<string, string>): Settings {
  const parsed = parseSettings({ "aws:region": "eu-north-1", ...raw }, "dev");
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.config;
}

function commandsWith(raw: Record<string, string>) {
  const settings = settingsWith(raw);
  return nextCommands(namesFor(settings, "123456789012"), settings);
}

it("a source that was there before is backfilled first; the command finds the system by the stack's outputs", () => {
  const commands = commandsWith({ sourceBucket: "my-bucket", prefix: "it's $(here)/" });
  expect(Object.entries(commands)[0]).toEqual(["backfill", "npx s3-express-sync backfill"]);
  expect(commands).not.toHaveProperty("tryIt");
});

it("a backfill comes first where objects are there already, and nobody is told to write into a bucket of theirs", () => {
  const verbs = (settings: Settings) => Object.keys(nextCommands(namesFor(settings, "123456789012"), settings));
  expect(verbs(settingsWith({ sourceBucket: "mine" }))).toEqual([
    "backfill",
    "check",
    "status",
    "startNow",
    "verify",
    "pause",
  ]);
  expect(verbs(settingsWith({}))).toEqual(["check", "tryIt", "backfill", "status", "startNow", "verify", "pause"]);
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
