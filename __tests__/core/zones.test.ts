import {
  defaultZone,
  EXPRESS_ZONES,
  isGeneralPurposeBucketName,
  isZoneId,
  parseDirectoryBucketName,
  regionOfZone,
  resolveDirectoryBucketName,
} from "../../core/zones";

describe("parseDirectoryBucketName", () => {
  it.each([
    ["data--euw1-az1--x-s3", { base: "data", zoneId: "euw1-az1" }],
    ["a--apne1-az4--x-s3", { base: "a", zoneId: "apne1-az4" }],
    ["a-b-1--use1-az4--x-s3", { base: "a-b-1", zoneId: "use1-az4" }],
    ["a--b--use1-az4--x-s3", { base: "a--b", zoneId: "use1-az4" }],
    ["lz--usw2-lax1-az1--x-s3", { base: "lz", zoneId: "usw2-lax1-az1" }],
    [`${"x".repeat(47)}--use1-az4--x-s3`, { base: "x".repeat(47), zoneId: "use1-az4" }],
  ])("%s", (name, expected) => {
    expect(parseDirectoryBucketName(name)).toEqual(expected);
  });

  it.each([
    "data",
    "data--x-s3",
    "data--euw1--x-s3",
    "--euw1-az1--x-s3",
    "-data--euw1-az1--x-s3",
    "data---euw1-az1--x-s3",
    "da.ta--euw1-az1--x-s3",
    "Data--euw1-az1--x-s3",
    "data--euw1-az1--X-S3",
    "xn--data--euw1-az1--x-s3",
    "sthree-data--euw1-az1--x-s3",
    "amzn-s3-demo-data--euw1-az1--x-s3",
    `${"x".repeat(48)}--use1-az4--x-s3`,
    "data--euw1-az1--x-s3\n",
  ])("refuses %j", (name) => {
    expect(parseDirectoryBucketName(name)).toBeUndefined();
  });
});

describe("resolveDirectoryBucketName", () => {
  it.each([
    ["a base and a zone", "data", "euw1-az1", "data--euw1-az1--x-s3"],
    ["a full name", "data--euw1-az1--x-s3", undefined, "data--euw1-az1--x-s3"],
    ["a full name with its own zone", "data--euw1-az1--x-s3", "euw1-az1", "data--euw1-az1--x-s3"],
    ["a full name with another zone", "data--euw1-az1--x-s3", "euw1-az3", undefined],
    ["a base without a zone", "data", undefined, undefined],
    ["a base that gets too long", "x".repeat(48), "euw1-az1", undefined],
    ["a bad base", "Da_ta", "euw1-az1", undefined],
    ["nothing", "", "euw1-az1", undefined],
  ])("%s", (_, name, zone, expected) => {
    expect(resolveDirectoryBucketName(name, zone)).toBe(expected);
  });
});

it.each(Object.entries(EXPRESS_ZONES))("%s: its zones are zone ids and lead back to it", (region, zones) => {
  expect(zones.length).toBeGreaterThan(0);
  expect(defaultZone(region)).toBe(zones[0]);
  for (const zone of zones) {
    expect(isZoneId(zone)).toBe(true);
    expect(regionOfZone(zone)).toBe(region);
  }
});

it("knows nothing of other Regions, and of no names that objects inherit", () => {
  expect(defaultZone("eu-central-1")).toBeUndefined();
  expect(defaultZone("constructor")).toBeUndefined();
  expect(regionOfZone("euc1-az1")).toBeUndefined();
});

it.each([
  ["my.bucket-1", true],
  ["abc", true],
  ["x".repeat(63), true],
  ["x".repeat(64), false],
  ["ab", false],
  ["a..b", false],
  ["A-bucket", false],
  ["bucket-", false],
  ["data--euw1-az1--x-s3", false],
])("general purpose bucket %s: %s", (name, expected) => {
  expect(isGeneralPurposeBucketName(name)).toBe(expected);
});
