/** Odd keys from end to end: created, overwritten, deleted, by single and multipart copies, through real notifications. */
import { STAYING, sharedStack } from "../support/e2e";

jest.setTimeout(120_000);

const MIB = 1024 ** 2;
const LONGEST = `long/${"ü".repeat(509)}x`;
const KEYS = [
  "a b",
  "a+b",
  "a%20b",
  "a%2520b",
  "日本/ü",
  "a//b",
  "a/../b",
  "a/./b",
  "x?y#z&w=v",
  "emoji/👩‍💻🚀",
  "quotes'\"`<>&amp;",
  "back\\slash",
  "star*(!~)",
  "new\nline\ttab",
  LONGEST,
  "trailing/",
  "/leading",
  "ends with space ",
  "a",
  "a/b",
  "b",
  "COM1|:;$,@=[]{}^",
];

const stack = sharedStack({ settings: { ...STAYING, partSize: 5 * MIB, multipartThreshold: 5 * MIB } });

test("the longest key has 1,024 bytes", () => {
  expect(Buffer.byteLength(LONGEST)).toBe(1024);
});

test("created: each key is one copy of its own object", async () => {
  const { source, put, requests, drained, expectEqual } = stack();
  for (const key of KEYS) await put(key, `created ${key}`, { headers: { "content-language": "en" } });
  await drained();
  await expectEqual();
  const copied = requests("CopyObject", { status: 200 });
  expect(copied.map((entry) => entry.key).sort()).toEqual([...KEYS].sort());
  expect(copied.every((entry) => entry.source === `${source}/${entry.key ?? ""}`)).toBe(true);
});

test("overwritten, with metadata and by a multipart copy", async () => {
  const { put, requests, drained, expectEqual } = stack();
  for (const key of KEYS) await put(key, { phantomBytes: 5 * MIB + 1 }, { metadata: { round: "two" } });
  await drained();
  await expectEqual();
  expect(
    requests("CompleteMultipartUpload", { status: 200 })
      .map((entry) => entry.key)
      .sort(),
  ).toEqual([...KEYS].sort());
});

test("deleted one by one: no other key goes with it", async () => {
  const { cloud, source, destination, drained, expectEqual, requests } = stack();
  for (const key of KEYS.filter((_, index) => index % 2 === 0)) cloud.s3.delete(source, key);
  await drained();
  await expectEqual();
  for (const key of KEYS.filter((_, index) => index % 2 === 1)) cloud.s3.delete(source, key);
  await drained();
  await expectEqual();
  expect(cloud.s3.list(destination)).toEqual([]);
  expect(
    requests("DeleteObject", { status: 204 })
      .map((entry) => entry.key)
      .sort(),
  ).toEqual([...KEYS].sort());
});
