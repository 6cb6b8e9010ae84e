/** What differs: one row per line of the truth tables, and which directories can be compared as a whole. */
import fc from "fast-check";
import { compareHead, compareListed, scopesOf, type Span } from "../../core/listing-compare";
import { compareKeys } from "../../core/listing";
import { narrowRange } from "../../core/listing";
import type { DestinationState } from "../../core/state";

const SOURCE = { size: 10, etag: "abc", lastModified: 1_000 };
const PARTS = { ...SOURCE, etag: "abc-3" };

test.each([
  ["not there", SOURCE, undefined, { kind: "differs", why: "missing" }],
  ["another size", SOURCE, { size: 11, lastModified: 2_000 }, { kind: "differs", why: "size" }],
  ["source uploaded in parts", PARTS, { size: 10, lastModified: 2_000 }, { kind: "look" }],
  ["source uploaded in parts, another size", PARTS, { size: 1, lastModified: 2_000 }, { kind: "differs", why: "size" }],
  ["older", SOURCE, { size: 10, lastModified: 999 }, { kind: "differs", why: "older" }],
  ["as old", SOURCE, { size: 10, lastModified: 1_000 }, { kind: "look" }],
  ["newer", SOURCE, { size: 10, lastModified: 1_001 }, { kind: "same" }],
])("by the listing: %s", (_, source, replica, expected) => {
  expect(compareListed(source, replica)).toEqual(expected);
});

const replica = (fingerprint: string | undefined, size = 10): DestinationState => ({
  kind: "object",
  size,
  etag: "random",
  headers: {},
  metadata: fingerprint === undefined ? {} : { "s3es-source": fingerprint },
});

test.each([
  ["absent", { kind: "absent" } as const, { kind: "differs", why: "missing" }],
  ["another size", replica("1;abc;10;1000;;d", 9), { kind: "differs", why: "size" }],
  ["no fingerprint", replica(undefined), { kind: "differs", why: "unproven" }],
  ["a fingerprint of a later version", replica("2;abc;10;1000;;d"), { kind: "differs", why: "unproven" }],
  ["another ETag", replica("1;abd;10;1000;;d"), { kind: "differs", why: "changed" }],
  ["another size copied", replica("1;abc;9;1000;;d"), { kind: "differs", why: "changed" }],
  ["another time", replica("1;abc;10;999;;d"), { kind: "differs", why: "changed" }],
  ["exactly what is listed", replica("1;abc;10;1000;v1;d"), { kind: "same" }],
])("by a HEAD: %s", (_, state, expected) => {
  expect(compareHead(SOURCE, state)).toEqual(expected);
});

const directories = (keys: readonly string[], span: Partial<Span> = {}) =>
  scopesOf(
    keys.map((key) => ({ key })),
    { prefix: "", after: undefined, until: undefined, ...span },
  ).map(({ directory, whole, objects }) => [directory, whole, objects.map(({ key }) => key).join(" ")]);

test("everything listed: one listing of everything", () => {
  expect(directories(["a/1", "b/2", "c"])).toEqual([["", true, "a/1 b/2 c"]]);
});

test("cut through: whole directories as wide as they are, and the rest by its own", () => {
  expect(directories(["a/x/1", "a/y/2", "b/x/3", "b/x/4", "c/5"], { after: "a/w", until: "c/5" })).toEqual([
    ["a/x/", true, "a/x/1"],
    ["a/y/", true, "a/y/2"],
    ["b/", true, "b/x/3 b/x/4"],
    ["c/", false, "c/5"],
  ]);
});

test("a prefix in the middle of a name is no directory", () => {
  expect(directories(["log-1/a", "log-2/b", "log-x"], { prefix: "log-" })).toEqual([
    ["log-1/", true, "log-1/a"],
    ["log-2/", true, "log-2/b"],
    ["", false, "log-x"],
  ]);
});

test("scopes hold each object once, and a whole one holds all there can be", () => {
  const key = fc.array(fc.constantFrom("a", "b", "/"), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.uniqueArray(key), key, key, (keys, after, until) => {
      const all = [...keys].sort(compareKeys);
      const inside = all.filter((one) => compareKeys(one, after) > 0 && compareKeys(one, until) <= 0);
      const scopes = scopesOf(
        inside.map((one) => ({ key: one })),
        { prefix: "", after, until },
      );
      expect(scopes.flatMap(({ objects }) => objects.map((one) => one.key)).sort(compareKeys)).toEqual(inside);
      for (const { directory, whole, objects } of scopes) {
        const below = all.filter((one) => one.startsWith(directory));
        if (whole) expect(objects.map((one) => one.key)).toEqual(below);
      }
    }),
  );
});

test.each([
  ["inside", { prefix: "a/b" }, "a/", { prefix: "a/b" }],
  ["wider", { prefix: "", after: "a/x" }, "a/", { prefix: "a/", after: "a/x" }],
  ["elsewhere", { prefix: "b/" }, "a/", undefined],
])("what is listed stays under the prefix that is synced: %s", (_, range, prefix, expected) => {
  expect(narrowRange(range, prefix)).toEqual(expected);
});
