/** The options of doctor: defaults, and every problem at once. */
import { probeKey, readDoctorOptions } from "../../../cli/doctor/options";

test("defaults, and the key of a probe under the prefix", () => {
  expect(readDoctorOptions({}, "a/")).toEqual({ ok: true, config: { sample: 2000, probe: undefined } });
  expect(readDoctorOptions({ probe: true }, "a/")).toEqual({
    ok: true,
    config: {
      sample: 2000,
      probe: { key: undefined, timeoutSeconds: 300, trigger: false, force: false, dryRun: false },
    },
  });
  expect(probeKey("a/", () => 0.5)).toBe("a/.s3-express-sync-probe/1dvxwqtyww");
  expect(
    readDoctorOptions(
      { probe: true, probeName: "x y", timeout: "5", trigger: true, force: true, dryRun: true, sample: "1" },
      "a/",
    ),
  ).toEqual({
    ok: true,
    config: { sample: 1, probe: { key: "a/x y", timeoutSeconds: 5, trigger: true, force: true, dryRun: true } },
  });
});

test("every problem at once", () => {
  const wrong = {
    sample: "0",
    timeout: "x",
    trigger: true,
    force: true,
    dryRun: true,
    probeName: "ü".repeat(513),
  } as const;
  expect(readDoctorOptions(wrong, "")).toEqual({
    ok: false,
    problems: [
      '--sample is "0"; it must be a whole number from 1 to 1000000',
      '--timeout is "x"; it must be like 90s or 5m, or a number of seconds, from 1 s to 1 h',
      "--probe-name, --timeout, --trigger, --force, --dry-run without --probe",
      "--probe-name must be a name of at most 1024 bytes together with the prefix",
    ],
  });
});

test.each([
  ["5", 5],
  ["90s", 90],
  ["10m", 600],
  ["1h", 3600],
])("a leg may take %s", (timeout, timeoutSeconds) => {
  expect(readDoctorOptions({ probe: true, timeout }, "")).toMatchObject({
    ok: true,
    config: { probe: { timeoutSeconds } },
  });
});

test.each(["0", "0s", "61m", "2h", "3601", "1.5", "-1", ""])("a leg cannot take %s", (timeout) => {
  expect(readDoctorOptions({ probe: true, timeout }, "")).toMatchObject({ ok: false, problems: [expect.any(String)] });
});
