/** Filter patterns: the examples of the User Guide's page "Filter pattern syntax", and what must hold for any text. */
import fc from "fast-check";
import { filterPattern } from "../../../local/logs/filter-pattern";

const matches = (pattern: string, message: string) => filterPattern(pattern)(message);
const json = (pattern: string, document: unknown) => matches(pattern, JSON.stringify(document));

describe("terms", () => {
  test.each<[string, string, boolean]>([
    ["", "anything", true],
    ["ERROR", "Exiting with ERRORCODE: -1", true],
    ["error", "ERROR", false],
    ["ERROR Exception", "[ERROR] Unhandled Exception", true],
    ["ERROR Exception", "[ERROR] Unhandled", false],
    ['ERROR -"Exiting with"', "Exiting with ERRORCODE: -1", false],
    ['"ERROR" - "Exiting"', "Exiting with ERRORCODE: -1", false],
    ["-ERROR", "all is well", true],
    ['?ERROR ?"two words"', "here are two words", true],
    ['?ERROR ?"two words"', "here are two of the words", false],
    ['"say \\"hello\\""', 'they say "hello"', true],
    ["größe_1", "die größe_1 ist", true],
  ])("%s on %s: %s", (pattern, message, expected) => {
    expect(matches(pattern, message)).toBe(expected);
  });

  test("?terms beside others are ignored, as the page says of them", () => {
    expect(matches("?WARN ERROR", "ERROR")).toBe(true);
    expect(matches("?WARN ERROR", "WARN")).toBe(false);
  });

  test("any text as a quoted phrase matches the messages that contain it, and excluded the others", () => {
    const text = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(text, text, text, (phrase, before, message) => {
        const quoted = `"${phrase.replace(/["\\]/g, "\\$&")}"`;
        expect(matches(quoted, before + phrase + message)).toBe(true);
        expect(matches(quoted, message)).toBe(message.includes(phrase));
        expect(matches(`-${quoted}`, message)).toBe(!message.includes(phrase));
      }),
    );
  });

  test.each(["a-b", "[ERROR", '"open', "a: b"])("%s is refused", (pattern) => {
    expect(() => filterPattern(`x ${pattern}`)).toThrow(
      expect.objectContaining({ code: "InvalidParameterException" }) as Error,
    );
  });

  test.each(["%AUTHORIZED%", "[ip, user, ...]", "{ $.a = %x% }"])("%s is NotImplemented", (pattern) => {
    expect(() => filterPattern(pattern)).toThrow(
      expect.objectContaining({ code: "NotImplemented", status: 501 }) as Error,
    );
  });
});

describe("JSON patterns", () => {
  const trail = {
    eventType: "UpdateTrail",
    sourceIPAddress: "111.111.111.111",
    arrayKey: ["value", "another value"],
    objectList: [
      { name: "a", id: 1 },
      { name: "b", id: 2 },
    ],
    SomeObject: null,
    ThisFlag: true,
  };
  test.each([
    ['{ $.eventType = "UpdateTrail" }', true],
    ["{$.eventType=UpdateTrail}", true],
    ["{ $.eventType = Update* }", true],
    ['{ $.eventType = "*Trail" }', true],
    ['{ $.eventType = "*dateT*" }', true],
    ['{ $.eventType = "Up*Trail" }', false],
    ["{ $.sourceIPAddress != 123.123.* }", true],
    ["{ $.sourceIPAddress != 111.111.* }", false],
    ['{ $.arrayKey[0] = "value" }', true],
    ['{ $.arrayKey[*] = "another value" }', true],
    ["{ $.objectList[1].id = 2 }", true],
    ["{ $.objectList[2].id = 2 }", false],
    ["{ $.SomeObject IS NULL }", true],
    ["{ $.SomeOtherObject NOT EXISTS }", true],
    ["{ $.SomeObject NOT EXISTS }", false],
    ["{ $.ThisFlag IS TRUE }", true],
    ["{ $.ThisFlag IS FALSE }", false],
    ["{ $.arrayKey = 1 }", false],
    ["{ $.arrayKey != 1 }", false],
    ["{ $.missing != 1 }", false],
    ['{ $["eventType"] = "UpdateTrail" }', true],
  ])("the page's first document: %s %s", (pattern, expected) => {
    expect(json(pattern, trail)).toBe(expected);
  });

  const users = {
    user: { id: 1, email: "John.Stiles@example.com" },
    users: [{ id: 2, email: "John.Doe@example.com" }],
    actions: ["GET", "PUT", "DELETE"],
    coordinates: [[0, 1, 2]],
  };
  test.each([
    ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', true],
    ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', false],
    ['{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }', true],
    [
      '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch }',
      false,
    ],
  ])("the page's compound conditions: %s %s", (pattern, expected) => {
    expect(json(pattern, users)).toBe(expected);
  });

  test("numbers compare as numbers, in every operator", () => {
    const operators = {
      "=": (a: number, b: number) => a === b,
      "!=": (a: number, b: number) => a !== b,
      "<": (a: number, b: number) => a < b,
      "<=": (a: number, b: number) => a <= b,
      ">": (a: number, b: number) => a > b,
      ">=": (a: number, b: number) => a >= b,
    };
    const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }));
    fc.assert(
      fc.property(number, number, fc.constantFrom(...Object.entries(operators)), (a, b, [operator, holds]) => {
        expect(json(`{ $.n ${operator} ${b} }`, { n: a === 0 ? 0 : a })).toBe(holds(a, b));
      }),
    );
  });

  test("&& binds more tightly than ||, for all truth values", () => {
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), fc.boolean(), (a, b, c) => {
        const pattern = "{ $.a IS TRUE || $.b IS TRUE && $.c IS TRUE }";
        expect(json(pattern, { a, b, c })).toBe(a || (b && c));
        expect(json(pattern.replace("{ $.a", "{ ($.a").replace(" &&", ") &&"), { a, b, c })).toBe((a || b) && c);
      }),
    );
  });

  test("a message that is no JSON object matches nothing", () => {
    for (const message of ["", "plain", "{ broken", "[1]", "1"])
      expect(matches("{ $.a NOT EXISTS }", message)).toBe(false);
  });

  test.each([
    "{ }",
    "{ $.a }",
    "{ $.a = }",
    "{ a = 1 }",
    "{ $ = 1 }",
    "{ $.a < x }",
    "{ ($.a = 1 }",
    "{ $.a = 1 } x",
    "{ $.a = 1",
  ])("%s is refused, saying where", (pattern) => {
    expect(() => filterPattern(pattern)).toThrow(/^Invalid filter pattern .* \(at character \d+\)\.$/);
  });
});
