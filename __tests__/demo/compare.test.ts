import { FINGERPRINT_KEY } from "../../core/fingerprint";
import { compare, type Item } from "../../lab/demo/compare";

const item = (key: string, more: Partial<Item> = {}): Item => ({
  key,
  size: 3,
  sha256: "abc",
  headers: { "content-type": "text/plain", expires: "not a date" },
  metadata: { city: "=?UTF-8?B?WsO8cmljaA==?=" },
  ...more,
});

test("equal buckets have no differences, and our own fingerprint is none", () => {
  const replica = item("a b", { metadata: { ...item("").metadata, [FINGERPRINT_KEY]: "1;e;3;0;;d" } });
  expect(compare([item("a b"), item("b")], [item("b"), replica])).toEqual([]);
});

test("a replica's own fingerprint at the source is no difference either", () => {
  expect(compare([item("a", { metadata: { [FINGERPRINT_KEY]: "old" } })], [item("a", { metadata: {} })])).toEqual([]);
});

test.each<[string, Item[], Item[], { kind: string; detail: string }[]]>([
  ["missing", [item("a")], [], [{ kind: "missing", detail: "is not at the destination" }]],
  ["extra", [], [item("a")], [{ kind: "extra", detail: "is not at the source" }]],
  ["size", [item("a")], [item("a", { size: 4 })], [{ kind: "size", detail: "4 instead of 3 bytes" }]],
  [
    "bytes",
    [item("a")],
    [item("a", { sha256: "abd" })],
    [{ kind: "bytes", detail: "SHA-256 abd... instead of abc..." }],
  ],
  [
    "a header that is lost and one that is new",
    [item("a")],
    [item("a", { headers: { "content-type": "text/plain", "cache-control": "no-store" } })],
    [
      { kind: "header", detail: 'cache-control: "no-store" instead of nothing' },
      { kind: "header", detail: 'expires: nothing instead of "not a date"' },
    ],
  ],
  [
    "metadata, each name by itself",
    [item("a", { metadata: { x: "1", y: "2" } })],
    [item("a", { metadata: { y: "3", z: "4" } })],
    [
      { kind: "metadata", detail: 'x: nothing instead of "1"' },
      { kind: "metadata", detail: 'y: "3" instead of "2"' },
      { kind: "metadata", detail: 'z: "4" instead of nothing' },
    ],
  ],
])("finds %s", (_name, source, destination, expected) => {
  expect(compare(source, destination)).toEqual(expected.map((difference) => ({ key: "a", ...difference })));
});
