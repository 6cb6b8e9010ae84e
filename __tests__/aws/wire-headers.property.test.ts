import fc from "fast-check";
import { contentHeaders, fromWireForm, toWireForm } from "../../aws/wire-headers";

/** Header values as Node reads them: one character per byte. */
const wireForm = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)) });
const unicode = fc.string({ unit: "grapheme" });

test("bytes come back as they were, whatever they were", () => {
  fc.assert(fc.property(wireForm, (value) => toWireForm(fromWireForm(value)) === value || isTextAgain(value)));
});

/** UTF-8 of characters below U+0100 decodes to text that looks like wire form: that is why the original is kept for sending. */
const isTextAgain = (value: string): boolean => !/[^\0-\xff]/.test(fromWireForm(value));

test("UTF-8 bytes are signed as the text they are", () => {
  fc.assert(fc.property(unicode, (text) => fromWireForm(Buffer.from(text, "utf8").toString("latin1")) === text));
});

test("what is sent never has a character beyond a byte", () => {
  fc.assert(fc.property(unicode, (text) => !/[^\0-\xff]/.test(toWireForm(text))));
});

test("content becomes exactly its headers", () => {
  const content = { headers: { expires: "0", "content-type": "a/b" }, metadata: { a: "1", "s3es-source": "x" } };
  expect(contentHeaders(content)).toEqual({
    expires: "0",
    "content-type": "a/b",
    "x-amz-meta-a": "1",
    "x-amz-meta-s3es-source": "x",
  });
});
