/** The pure pieces against their definitions: orders, checksums, extents, encodings, XML. */
import fc from "fast-check";
import { coalesce, memoryBlob, sizeOf, slice, whole } from "../../../local/s3/blobs";
import { kindOf, isValidBucketName, rulesOf } from "../../../local/s3/bucket-rules";
import { crc32, crc32c, crc64nvme, tableCrc32 } from "../../../local/s3/crc";
import { hashedOrder, KeyIndex, utf8Order } from "../../../local/s3/key-index";
import { formEncode } from "../../../local/s3/paging";
import { phantomChunks } from "../../../local/s3/phantom";
import { childText, document, parseXml, text } from "../../../local/s3/xml";

const anyKey = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
const path = fc
  .array(fc.constantFrom("a", "b", "cc", "é"), { minLength: 1, maxLength: 4 })
  .map((names) => names.join("/"));

describe("orders of listings", () => {
  it("orders general purpose keys as their UTF-8 bytes", () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        const bytesDecide = Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
        const [x, y] = [utf8Order(a), utf8Order(b)];
        expect(x < y ? -1 : x > y ? 1 : 0).toBe(bytesDecide);
      }),
    );
  });

  it("keeps what lies below one prefix together, in both orders", () => {
    const orders = [utf8Order, hashedOrder("bucket")];
    fc.assert(
      fc.property(path, path, (a, b) => {
        for (const order of orders) expect(order(`${a}/${b}`).startsWith(order(`${a}/`))).toBe(true);
      }),
    );
  });

  it("keeps an index in order through any additions and removals", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), path, fc.boolean()), { maxLength: 60 }), (steps) => {
        const index = new KeyIndex(hashedOrder("bucket"));
        const keys = new Set<string>();
        for (const [isAddition, key, looks] of steps) {
          if (isAddition && !keys.has(key)) index.add(key);
          if (!isAddition && keys.has(key)) index.remove(key);
          if (isAddition) keys.add(key);
          else keys.delete(key);
          if (looks) index.entries();
        }
        const listed = index.entries().map(({ key }) => key);
        expect([...listed].sort()).toEqual([...keys].sort());
        const orders = index.entries().map(({ order }) => order);
        expect([...orders].sort()).toEqual(orders);
      }),
    );
  });
});

describe("checksums", () => {
  const content = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));

  it("are the same however the content is cut", () => {
    fc.assert(
      fc.property(content, fc.nat(200), (bytes, cut) => {
        for (const make of [crc32, crc32c, crc64nvme]) {
          const [once, twice] = [make(), make()];
          once.update(bytes);
          twice.update(bytes.subarray(0, cut));
          twice.update(bytes.subarray(cut));
          expect(twice.digest()).toEqual(once.digest());
        }
      }),
    );
  });

  it("agree between zlib's CRC32 and the table", () => {
    fc.assert(
      fc.property(content, (bytes) => {
        const [native, table] = [crc32(), tableCrc32(0xedb88320)];
        native.update(bytes);
        table.update(bytes);
        expect(table.digest()).toEqual(native.digest());
      }),
    );
  });
});

describe("extents", () => {
  it("slices are the bytes, and neighbours join again", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 }),
        fc.nat(120),
        fc.nat(120),
        (arrays, a, b) => {
          const extents = arrays.flatMap((array) => [...whole(memoryBlob(Buffer.from(array)))]);
          const all = Buffer.concat(arrays);
          const [start, end] = [Math.min(a, b), Math.max(a, b)];
          const bytesOf = (range: typeof extents) =>
            Buffer.concat(
              range.map(({ blob, offset, length }) =>
                (blob.content.kind === "memory" ? blob.content.bytes : Buffer.alloc(0)).subarray(
                  offset,
                  offset + length,
                ),
              ),
            );
          expect(bytesOf([...slice(extents, start, end)])).toEqual(all.subarray(start, end));
          const rejoined = coalesce([...slice(extents, 0, start), ...slice(extents, start, all.length)]);
          expect(rejoined).toEqual(coalesce(extents));
          expect(sizeOf(rejoined)).toBe(all.length);
        },
      ),
    );
  });

  it("phantom bytes depend on seed and place only", () => {
    const read = (offset: number, length: number) => Buffer.concat([...phantomChunks(3, offset, length)]);
    const all = read(0, 200_000);
    fc.assert(
      fc.property(fc.nat(199_999), fc.nat(10_000), (offset, length) => {
        const end = Math.min(offset + length, 200_000);
        expect(Buffer.compare(read(offset, end - offset), all.subarray(offset, end))).toBe(0);
      }),
    );
    expect(Buffer.compare(all.subarray(0, 65_536), all.subarray(65_536, 131_072))).not.toBe(0);
  });
});

describe("encodings", () => {
  it("form-encodes reversibly, slashes untouched", () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const encoded = formEncode(key);
        expect(encoded).toMatch(/^[A-Za-z0-9\-_.*/+%]*$/);
        expect(decodeURIComponent(encoded.replaceAll("+", "%20"))).toBe(key);
      }),
    );
  });

  it("writes XML that reads back", () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        expect(childText(parseXml(document("Root", [text("Key", key), text("Other", 1)], true)), "Key")).toBe(key);
      }),
    );
  });

  it.each(["", "text", "<a>", "<a></b>", "<a/><b/>", "</a>", "<a><b></a></b>", "<a"])("refuses %j as XML", (source) => {
    expect(parseXml(source)).toBeUndefined();
  });

  it("reads declarations, comments, attributes, prefixes, CDATA and entities", () => {
    const source = `<?xml version="1.0"?><!-- c --><x:a xmlns:x="u"><b k="v">1 &lt; <![CDATA[<2>]]>&#x20;&#33;</b><c/></x:a>`;
    expect(parseXml(source)).toEqual({
      name: "a",
      text: "",
      children: [
        { name: "b", text: "1 < <2> !", children: [] },
        { name: "c", text: "", children: [] },
      ],
    });
  });
});

describe("bucket names (UG bucketnamingrules, directory-bucket-naming-rules)", () => {
  it.each([
    ["my-bucket", true],
    ["my.bucket", true],
    ["ab", false],
    ["My-bucket", false],
    ["a..b", false],
    ["192.168.0.1", false],
    ["xn--bucket", false],
    ["bucket-s3alias", false],
    ["dest--eun1-az1--x-s3", true],
    ["de.st--eun1-az1--x-s3", false],
    ["dest--x-s3", false],
    [`${"a".repeat(47)}--eun1-az1--x-s3`, true],
    [`${"a".repeat(48)}--eun1-az1--x-s3`, false],
  ])("%s: %s", (name, valid) => {
    expect(isValidBucketName(name)).toBe(valid);
  });

  it("tells the kind by the name and has rules for both", () => {
    expect([kindOf("a--eun1-az1--x-s3"), kindOf("a")]).toEqual(["directory", "general"]);
    expect(rulesOf("directory")).toMatchObject({ etag: "random", signingName: "s3express" });
    expect(rulesOf("general")).toMatchObject({ etag: "md5", signingName: "s3" });
  });
});
