/** docs/forecast.md: its commands parse, and what it shows is what they print. */
import { readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { readCommandLine } from "../../lab/forecast/options";
import { fencesOf } from "../docs/pages";

const file = "docs/forecast.md";
const examples = fencesOf({ file, text: readFileSync(file, "utf8") })
  .filter(({ language }) => language === "console")
  .map(({ code }) => {
    const [first = "", ...shown] = code.trim().split("\n");
    const [, args = ""] = /^\$ npm run --silent forecast -- (.*)$/.exec(first) ?? [];
    return { args: args.split(" "), shown: shown.map((line) => line.trimEnd()).filter((line) => line !== "") };
  });

test("every job is there", () => {
  const kinds = examples.map(({ args }) => readCommandLine(args).kind);
  expect(new Set(kinds)).toEqual(new Set(["forecast", "wake", "validate"]));
});

// What processes took on one machine is not what they take on another.
const repeatable = examples
  .filter(({ args }) => args[0] !== "validate")
  .map((one) => [one.args.join(" "), one] as const);

test.each(repeatable)(
  "%s prints what the page shows",
  (_name, { args, shown }) => {
    const { stdout } = spawnSync(process.execPath, ["dist/forecast.cjs", ...args], { encoding: "utf8" });
    const printed = stdout.split("\n").map((line) => line.trimEnd());
    expect(shown.length).toBeGreaterThan(3);
    expect(shown.filter((line) => !printed.includes(line))).toEqual([]);
  },
  120_000,
);
