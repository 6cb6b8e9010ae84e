import {
  decodeEventKey,
  encodeCopySource,
  encodeEventKey,
  encodePath,
  isUnderPrefix,
  isWellFormed,
  listingPrefix,
  uploadsPrefix,
} from "../../core/keys";

describe("decodeEventKey", () => {
  it.each([
    ["plus is a space", "red+flower.jpg", "red flower.jpg"],
    ["an encoded plus is a plus", "a%2Bb", "a+b"],
    ["decodes once", "a%2520b", "a%20b"],
    ["UTF-8", "%E6%97%A5%E6%9C%AC/%C3%BC", "日本/ü"],
    ["characters beyond the BMP", "%F0%9F%98%80", "\u{1f600}"],
    ["slashes and dots stay", "a//b/../c/", "a//b/../c/"],
    ["NUL", "a%00b", "a\0b"],
    ["unencoded text passes", "日本", "日本"],
  ])("%s", (_, encoded, key) => {
    expect(decodeEventKey(encoded)).toBe(key);
  });

  it.each([
    ["a lone percent", "100%"],
    ["not hexadecimal", "a%zz"],
    ["cut UTF-8", "%E6%97"],
    ["overlong UTF-8", "%C0%AF"],
    ["an encoded surrogate", "%ED%A0%80"],
    ["bytes that are no UTF-8", "%FF"],
  ])("refuses %s", (_, encoded) => {
    expect(decodeEventKey(encoded)).toBeUndefined();
  });
});

describe("encodeCopySource", () => {
  it.each([
    ["a b", "bucket/a%20b"],
    ["a+b", "bucket/a%2Bb"],
    ["a%20b", "bucket/a%2520b"],
    ["日本/ü", "bucket/%E6%97%A5%E6%9C%AC/%C3%BC"],
    ["a//b", "bucket/a//b"],
    ["a/../b", "bucket/a/../b"],
    ["x?y#z&w", "bucket/x%3Fy%23z%26w"],
    ["a?versionId=1", "bucket/a%3FversionId%3D1"],
    ["\u{1f600}", "bucket/%F0%9F%98%80"],
    ["it's (1)!*~", "bucket/it%27s%20%281%29%21%2A~"],
    ["trailing/", "bucket/trailing/"],
  ])("%j", (key, expected) => {
    expect(encodeCopySource("bucket", key)).toBe(expected);
  });

  it("writes a lone surrogate as its own bytes and never as U+FFFD, which would be another object's name", () => {
    expect(encodeCopySource("b", "a\ud800z")).toBe("b/a%ED%A0%80z");
    expect(encodePath("\udfff")).toBe("%ED%BF%BF");
    expect(encodePath("\ufffd")).toBe("%EF%BF%BD");
  });
});

it("encodeEventKey writes keys as S3 does", () => {
  expect(encodeEventKey("models/red flower+1.jpg")).toBe("models/red+flower%2B1.jpg");
});

describe("prefixes", () => {
  it.each([
    ["", "anything", true],
    ["models/", "models/a", true],
    ["models/", "models", false],
    ["mod", "models/a", true],
    ["Models/", "models/a", false],
  ])("isUnderPrefix(%j) of %j is %s", (prefix, key, expected) => {
    expect(isUnderPrefix(key, prefix)).toBe(expected);
  });

  it.each([
    ["", ""],
    ["models", ""],
    ["models/", "models/"],
    ["models/deep", "models/"],
    ["a/b/c", "a/b/"],
    ["a//", "a//"],
    ["/x", "/"],
  ])("the directory of %j is %j", (text, directory) => {
    expect(listingPrefix(text)).toBe(directory);
    expect(uploadsPrefix(text)).toBe(directory);
  });
});

it("isWellFormed knows lone surrogates from pairs", () => {
  expect(isWellFormed("\u{1f600}日a")).toBe(true);
  expect(isWellFormed("a\ud83d")).toBe(false);
  expect(isWellFormed("\ude00\ud83d")).toBe(false);
});
