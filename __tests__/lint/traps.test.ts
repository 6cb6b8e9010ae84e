/** Every trap of a naive sync has a test that is named after it: `trap NN: what goes wrong`. What each is about: the titles. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const TRAPS = Array.from({ length: 25 }, (_, index) => String(index + 1).padStart(2, "0"));
/** Tests against the product as it ships, and of the Pulumi program. */
const ROOMS = ["__tests__/e2e", "__tests__/infra"];

/** The titles, also those that are keys of a table: string literals that begin with the trap. */
function titlesIn(room: string): string[] {
  return readdirSync(room, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .flatMap((file) => readFileSync(join(room, file), "utf8").match(/(?<=["'`])trap \d+: [^"`]+/g) ?? []);
}

test("each of the 25 traps", () => {
  const named = new Set(ROOMS.flatMap(titlesIn).map((title) => /\d+/.exec(title)?.[0]));
  expect([...named].sort()).toEqual(TRAPS);
});
