/** Pages of ListObjectsV2: read like the SDK reads them, and refused as soon as anything is not as it must be. */
import fc from "fast-check";
import { isWellFormed } from "../../../core/keys";
import { readListPage as readBytes } from "../../../aws/lean/list-page";
import { readListing } from "../../../aws/lean/list-reader";
import { Rows } from "../../../aws/lean/list-rows";

const readListPage = (text: string) => readBytes(Buffer.from(text));
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

test.each([
  ["an object without content", page("<Contents/>")],
  ["an object that ends within another element", page(`<Contents><New></Contents></New>${object()}`)],
  ["a key that holds elements", page(object({ Key: "a<b>c</b>" }))],
  ["an end without a beginning", page(`${object()}</Contents>`)],
  ["a directory that holds nothing", page("<CommonPrefixes/>")],
  ["elements without end", page("<a>".repeat(100))],
  ["deeper than anything of S3", page("<a>".repeat(100) + "</a>".repeat(100))],
  ["a name that is none", page("<1a>x</1a>")],
  ["bytes before the document", `x${page("")}`],
])("no page either: %s", (_, text) => {
  expect(readListPage(text)).toBeUndefined();
});

test.each([
  ["hours that are no number", { LastModified: "2026-01-02Txx:04:05.678Z" }],
  ["a fraction that is no number", { LastModified: "2026-01-02T03:04:05.67xZ" }],
  ["a day that is none", { LastModified: "2026-13-42T03:04:05.678Z" }],
  ["a key without a character", { Key: "" }],
])("an error too: %s", (_, change) => {
  // The day before it is a usual one, which is remembered.
  expect(() => readListPage(page(object() + object(change)))).toThrow(/the answer has no|LastModified is/);
});

test("an element of the same name within an unknown one is not its end", () => {
  const text = page(`<New><New><Contents>no</Contents></New></New>${object()}`);
  expect(readListPage(text)?.objects).toHaveLength(1);
});

test("a byte order mark, and as many blanks as one likes, are no part of it", () => {
  const text = `\uFEFF\n<?xml version="1.0"?>\r\n\t<ListBucketResult>\n${object()}\n</ListBucketResult>\n`;
  expect(readListPage(text)?.objects).toHaveLength(1);
});

test("more objects than S3 lists at most", () => {
  const many = Array.from({ length: 2_500 }, (_, index) => object({ Key: `k${index}`, Size: String(index) }));
  const read = readListPage(page(many.join("")));
  expect(read?.objects.map(({ key, size }) => `${key}=${size}`)).toEqual(many.map((_, index) => `k${index}=${index}`));
});

test("rows say the same as objects, without making a text of what is plain", () => {
  const etag = fc.constantFrom("&quot;e&quot;", "&quot;f-3&quot;", "e", "&#34;g&#45;2&#34;", "&quot;&quot;", '"h-1"');
  const key = fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).filter(isWellFormed);
  fc.assert(
    fc.property(fc.array(fc.tuple(key, etag), { maxLength: 20 }), fc.string({ maxLength: 3 }), (entries, prefix) => {
      const text = entries.map(([name, tag]) => object({ Key: encodeURIComponent(name), ETag: tag })).join("");
      const bytes = Buffer.from(page(`<EncodingType>url</EncodingType>${text}`));
      const rows = new Rows();
      expect(readListing(bytes, rows)).toBeDefined();
      const target = Buffer.alloc(200);
      const said = Array.from({ length: rows.count }, (_, index) => ({
        key: target.toString("utf8", 7, 7 + rows.copyKey(index, target, 7, 160)),
        etag: rows.etag(index),
        isMultipart: rows.isMultipart(index),
        isUnder: rows.isUnder(index, prefix),
      }));
      const expected = readBytes(bytes)?.objects.map((one) => ({
        key: one.key,
        etag: one.etag,
        isMultipart: one.etag.includes("-"),
        isUnder: one.key.startsWith(prefix),
      }));
      expect(said).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

test.each(["plain", "über"])("a key that is longer than there is room is refused: %s", (key) => {
  const rows = new Rows();
  readListing(Buffer.from(page(object({ Key: key }))), rows);
  const length = Buffer.byteLength(key);
  expect(rows.copyKey(0, Buffer.alloc(20), 0, length)).toBe(length);
  expect(() => rows.copyKey(0, Buffer.alloc(20), 0, length - 1)).toThrow(RangeError);
});
