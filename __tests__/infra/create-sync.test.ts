/** Settings given as values by a program of one's own: the same checks and defaults as a stack's configuration. */
import fc from "fast-check";
import { parseSettings, type Settings } from "../../core/settings";
import { makeSettings, type SettingValues } from "../../infra/create-sync";
import { SETTINGS } from "../../core/settings-table";

const REGION = { region: "eu-north-1" };

function configured(raw: Record<string, string>): Settings {
  const parsed = parseSettings({ "aws:region": "eu-north-1", ...raw }, "test");
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.config;
}

function problemOf(values: object): string {
  try {
    makeSettings(values, "test");
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

it("what is left out has the default", () => {
  expect(makeSettings(REGION, "test")).toEqual(configured({}));
});

it("values are the settings of the same text", () => {
  const values: SettingValues = {
    ...REGION,
    sourceBucket: "my-source-bucket",
    destinationBucket: "my-express-bucket",
    prefix: "models/deep seek/",
    maxWorkers: 9,
    partSizeMiB: 64,
    paused: true,
    scalingRule: "seed",
    vpcId: "vpc-0a1b2c3d",
    subnetIds: ["subnet-0a1b2c3d", "subnet-0a1b2c3e"],
    tags: { team: "storage" },
    alarmEmail: "ops@example.com",
    // As `condition ? value : undefined` leaves it.
    imageUri: undefined,
  };
  const raw = {
    sourceBucket: "my-source-bucket",
    destinationBucket: "my-express-bucket",
    prefix: "models/deep seek/",
    maxWorkers: "9",
    partSizeMiB: "64",
    paused: "true",
    scalingRule: "seed",
    vpcId: "vpc-0a1b2c3d",
    subnetIds: "subnet-0a1b2c3d,subnet-0a1b2c3e",
    tags: '{"team":"storage"}',
    alarmEmail: "ops@example.com",
  };
  expect(makeSettings(values, "test")).toEqual(configured(raw));
});

it("settings that were made once can be given again, changed in one value", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), fc.constantFrom("dev", "test"), (maxWorkers, stack) => {
      const made = makeSettings(REGION, stack);
      expect(makeSettings({ ...made, maxWorkers }, "other")).toEqual({ ...made, maxWorkers });
    }),
    { numRuns: 50 },
  );
});

it("everything wrong is told at once, by the settings' own names", () => {
  const text = problemOf({
    ...REGION,
    maxWorkers: -1,
    copyConcurrency: 0,
    maxworkers: 3,
    subnetIds: ["subnet-0a1b2c3d"],
  });
  expect(text).toMatch(/maxWorkers is .*-1.*; it must be/);
  expect(text).toMatch(/copyConcurrency is .*0.*; it must be/);
  expect(text).toMatch(/maxworkers is not a setting; did you mean maxWorkers\?/);
  expect(text).toMatch(/subnetIds without vpcId/);
  expect(problemOf({})).toMatch(/aws:region is not set/);
});

it("every setting can be given as a value", () => {
  const made: Readonly<Record<string, unknown>> = { ...makeSettings(REGION, "dev") };
  const optional = Object.entries(SETTINGS).filter(([, { variable }]) => variable.optional === true);
  for (const field of Object.keys(SETTINGS)) {
    expect(field in made || optional.some(([name]) => name === field)).toBe(true);
  }
});
