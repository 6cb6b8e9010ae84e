import { buffer } from "node:stream/consumers";
import { MIB, planCopy } from "../../core/parts";
import { DEFAULTS } from "../../core/env";
import { contentOf, ODD_KEYS } from "../../lab/demo/objects";
import { readCommandLine } from "../../lab/demo/options";
import { FULL_SIZE, makeScenario, type Step } from "../../lab/demo/scenario";

const SEEDS = [0, 1, 2, 99, 2 ** 31 - 1];

const puts = (steps: readonly Step[], why: string) =>
  steps.flatMap(({ atMs, change }) =>
    change.kind === "put" && change.why === why ? [{ atMs, object: change.object }] : [],
  );

describe.each(SEEDS)("the full scenario with seed %d", (seed) => {
  const { steps, races, multipart } = makeScenario(seed, FULL_SIZE);
  const created = puts(steps, "new");

  test("at least 200 objects stay, from 0 bytes to 64 MiB, odd keys among them", () => {
    const gone = steps.filter(({ change }) => change.kind === "delete").length - puts(steps, "recreate").length;
    expect(created.length - gone + 1).toBeGreaterThanOrEqual(200);
    const sizes = created.map(({ object }) => object.bytes);
    expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([0, 64 * MIB]);
    const keys = new Set(created.map(({ object }) => object.key));
    expect(ODD_KEYS.filter((key) => !keys.has(key))).toEqual([]);
    expect(keys.size).toBe(created.length);
  });

  test("all six headers, an Expires that is no date, metadata beyond ASCII, tags", () => {
    const objects = created.map(({ object }) => object);
    expect(objects.some(({ headers }) => Object.keys(headers).length === 6)).toBe(true);
    expect(objects.some(({ headers }) => Number.isNaN(Date.parse(headers["expires"] ?? "2000")))).toBe(true);
    expect(objects.some(({ metadata }) => /[^\p{ASCII}]/u.test(Object.values(metadata).join("")))).toBe(true);
    expect(objects.some(({ tags }) => Object.keys(tags).length > 0)).toBe(true);
  });

  test("overwrites, deletes, recreations, metadata changes, and two overwrites in the middle of a copy", () => {
    expect(puts(steps, "overwrite").length).toBeGreaterThan(10);
    expect(puts(steps, "recreate").length).toBeGreaterThan(5);
    expect(steps.filter(({ change }) => change.kind === "retouch").length).toBeGreaterThan(2);
    expect(races.map(({ moment }) => moment)).toEqual(["before", "after"]);
  });

  test("nothing is changed before it exists, and the steps are in order", () => {
    const bornAt = new Map(created.map(({ object, atMs }) => [object.key, atMs]));
    let exists = new Set<string>();
    let last = 0;
    for (const { atMs, change } of steps) {
      expect(atMs).toBeGreaterThanOrEqual(last);
      last = atMs;
      const key = change.kind === "put" ? change.object.key : change.key;
      if (change.kind === "put" && change.why === "new") exists.add(key);
      else if (change.kind === "put" && change.why === "recreate") exists = new Set([...exists, key]);
      else expect(exists.has(key)).toBe(true);
      if (change.kind === "delete") exists.delete(key);
    }
    expect(races.every(({ object }) => bornAt.has(object.key))).toBe(true);
  });

  test("the multipart object is above the default threshold and has parts to interrupt between", () => {
    expect(planCopy(multipart.bytes, DEFAULTS)).toMatchObject({ kind: "multipart", partCount: 3 });
  });

  test("one seed is one scenario", () => {
    expect(makeScenario(seed, FULL_SIZE)).toEqual({ steps, races, multipart });
  });
});

test("the longest odd key has S3's 1,024 bytes", () => {
  expect(Math.max(...ODD_KEYS.map((key) => Buffer.byteLength(key)))).toBe(1024);
});

test("content: as long as asked for, the same for the same seed, another for another", async () => {
  const read = (seed: number, bytes: number) => buffer(contentOf({ seed, bytes }));
  expect((await read(1, 0)).length).toBe(0);
  const long = await read(1, 5_000_000);
  expect(long.length).toBe(5_000_000);
  expect(long.equals(await read(1, 5_000_000))).toBe(true);
  expect(long.subarray(0, 100).equals(await read(1, 100))).toBe(true);
  expect(long.equals(await read(2, 5_000_000))).toBe(false);
});

test("content that is called off fails", async () => {
  await expect(buffer(contentOf({ seed: 1, bytes: 10 }, AbortSignal.abort(new Error("off"))))).rejects.toThrow("off");
});

test("the command line", () => {
  expect(readCommandLine([])).toEqual({ seed: 1, json: false });
  expect(readCommandLine(["--seed", "12", "--json"])).toEqual({ seed: 12, json: true });
  expect(readCommandLine(["--help"])).toBe("help");
  for (const bad of ["x", "-1", "1.5", "", "2147483648"]) {
    expect(() => readCommandLine([`--seed=${bad}`])).toThrow(`not "${bad}"`);
  }
  expect(() => readCommandLine(["--sed", "1"])).toThrow("--sed");
  expect(() => readCommandLine(["extra"])).toThrow("extra");
});
