/** Pages of ListObjectsV2: read like the SDK reads them, and refused as soon as anything is not as it must be. */
import fc from "fast-check";
import { isWellFormed } from "../../../core/keys";
import { readListPage } from "../../../aws/lean/list-page";

const page = (inner: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</ListBucketResult>`;
const object = (change: Partial<Record<string, string>> = {}): string => {
  const fields: Partial<Record<string, string>> = {
    Key: "k",
    LastModified: "2026-01-02T03:04:05.678Z",
    ETag: "&quot;e&quot;",
    Size: "5",
    StorageClass: "STANDARD",
    ...change,
  };
  const children = Object.entries(fields).map(([name, value]) =>
    value === undefined ? "" : `<${name}>${value}</${name}>`,
  );
  return `<Contents>${children.join("")}</Contents>`;
};

test("an object with everything, in any order of elements, with what we do not know skipped", () => {
  const one = object();
  const other =
    "<Contents><Owner><ID>1</ID><DisplayName>n</DisplayName></Owner><Size>0</Size><New a='b'><Deep><Key>no</Key></Deep></New>" +
    '<ETag>"f-3"</ETag><Empty/>\n  <LastModified>1969-12-31T23:59:59.900Z</LastModified><Key>a%2Fb+c</Key></Contents>';
  expect(
    readListPage(
      page(`<Name>b</Name><EncodingType>url</EncodingType>${one}\n${other}<IsTruncated>false</IsTruncated>`),
    ),
  ).toEqual({
    objects: [
      { key: "k", size: 5, etag: "e", lastModified: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000, storageClass: "STANDARD" },
      { key: "a/b c", size: 0, etag: "f-3", lastModified: -1 },
    ],
    prefixes: [],
    isTruncated: false,
    nextToken: undefined,
  });
});

test("names are decoded only when the answer says that they are encoded", () => {
  const plain = readListPage(page(object({ Key: "a+b%20c &amp; d" })));
  expect(plain?.objects[0]?.key).toBe("a+b%20c & d");
});

test("the way on, and directories", () => {
  const text = page(
    "<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b=</NextContinuationToken>" +
      "<CommonPrefixes><Prefix>d/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>e/</Prefix></CommonPrefixes>",
  );
  expect(readListPage(text)).toMatchObject({ isTruncated: true, nextToken: "a&b=", prefixes: ["d/", "e/"] });
});

test("an empty answer is an empty page, not none", () => {
  expect(readListPage(page(""))).toMatchObject({ objects: [], prefixes: [], isTruncated: false });
});

test.each([
  ["nothing", ""],
  ["another root", "<Error><Code>SlowDown</Code></Error>"],
  ["half of a page", page(object()).slice(0, -30)],
  ["half of an object", page(object().slice(0, -15))],
  ["something behind the end", `${page("")}<more/>`],
  ["text between the elements", page(`${object()}text`)],
  ["an end that is another's", page("<Name>b</Nome>")],
  ["a comment", page("<!-- x -->")],
  ["a directory without a name", page("<CommonPrefixes></CommonPrefixes>")],
])("no page: %s", (_, text) => {
  expect(readListPage(text)).toBeUndefined();
});

test.each([
  ["no key", { Key: undefined }],
  ["no size", { Size: undefined }],
  ["no ETag", { ETag: undefined }],
  ["no time", { LastModified: undefined }],
  ["a size that is no number", { Size: "1e3" }],
  ["a negative size", { Size: "-1" }],
  ["a time that is none", { LastModified: "yesterday" }],
])("an error: %s", (_, change) => {
  expect(() => readListPage(page(object(change)))).toThrow(/the answer has no|Size is|LastModified is/);
});

test("any keys and sizes come back as they were written", () => {
  const key = fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).filter(isWellFormed);
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.nat({ max: 2 ** 40 })), { maxLength: 20 }), (entries) => {
      const text = entries.map(([name, size]) =>
        object({ Key: encodeURIComponent(name).replaceAll("%20", "+"), Size: String(size) }),
      );
      const read = readListPage(page(`<EncodingType>url</EncodingType>${text.join("")}`));
      expect(read?.objects.map(({ key: name, size }) => [name, size])).toEqual(entries);
    }),
    { numRuns: 200 },
  );
});

test("a cut-off or damaged page is never a smaller one", () => {
  const whole = page(`<IsTruncated>false</IsTruncated>${object()}${object({ Key: "z" })}`);
  fc.assert(
    fc.property(fc.nat({ max: whole.length - 1 }), (length) => {
      expect(readListPage(whole.slice(0, length))).toBeUndefined();
    }),
  );
});
