import * as fc from "fast-check";
import { parseSettings, settingNames } from "../../core/settings";
import { isNamePrefix, type Setting, SETTINGS } from "../../core/settings-table";
import { EXPRESS_ZONES, parseDirectoryBucketName, resolveDirectoryBucketName } from "../../core/zones";
import { anyString } from "./arbitraries";

const plausible = fc.constantFrom(
  "1",
  "0",
  "60",
  "true",
  "off",
  "eu-north-1",
  "a--eun1-az1--x-s3",
  "{}",
  "visible",
  "",
);

it("any configuration gives settings or problems, never an exception", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.oneof(fc.constantFrom(...settingNames()), anyString(8)), fc.oneof(plausible, anyString(12))),
      anyString(12),
      (raw, stack) => {
        const parsed = parseSettings({ "aws:region": "eu-north-1", ...raw }, stack);
        if (!parsed.ok) {
          expect(parsed.problems.length).toBeGreaterThan(0);
          return;
        }
        const { namePrefix, availabilityZoneId, destinationBucket } = parsed.config;
        expect(isNamePrefix(namePrefix)).toBe(true);
        expect(
          destinationBucket === undefined || parseDirectoryBucketName(destinationBucket)?.zoneId === availabilityZoneId,
        ).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

it("every default is written as a text that is read as the same value", () => {
  for (const { variable } of Object.values<Setting<unknown>>(SETTINGS as Record<string, Setting<unknown>>)) {
    if (variable.fallback !== undefined)
      expect(variable.read(variable.write(variable.fallback))).toEqual(variable.fallback);
  }
});

it("a base resolved in a zone is split into the same base and zone", () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/),
      fc.constantFrom(...Object.values(EXPRESS_ZONES).flat()),
      (base, zoneId) => {
        const name = resolveDirectoryBucketName(base, zoneId);
        if (name !== undefined) expect(parseDirectoryBucketName(name)).toEqual({ base, zoneId });
        else expect(base).toMatch(/^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3)$/);
      },
    ),
  );
});
