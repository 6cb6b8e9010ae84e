/** The README names every variable of the worker with its default, and scripts that exist. */
import { readFileSync } from "node:fs";
import { WORKER_VARIABLES } from "../../core/env";

const README = readFileSync("README.md", "utf8");

test.each(Object.values(WORKER_VARIABLES).map((variable) => variable.name))("%s is in the table", (name) => {
  expect(README).toMatch(new RegExp(`^\\|.*\`${name}\``, "m"));
});

test("every command it names exists", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
  const named = [...README.matchAll(/npm run ([a-z]+)/g)].map(([, name]) => name ?? "");
  expect(named).toContain("demo");
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
