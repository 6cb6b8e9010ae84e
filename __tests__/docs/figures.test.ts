/** The dollars of both READMEs are what the command prints that they name. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

interface Bill {
  readonly dollars: number;
  readonly dollarsWithFreeTiers: number;
  readonly lines: readonly { readonly item: string; readonly dollars: number }[];
}

test.each(["README.md", "README.zh-CN.md"])("%s: what a copy, its storage and an idle month cost", (file) => {
  const args = ["cost", "--objects", "577", "--bytes", "642GB", "--price-region", "us-east-1", "--json"];
  const output = execFileSync(process.execPath, ["dist/cli.cjs", ...args], { encoding: "utf8" });
  const { once, monthly, idle } = JSON.parse(output) as Record<"once" | "monthly" | "idle", Bill>;
  const text = readFileSync(file, "utf8");
  expect(text).toContain(`$${once.dollars.toFixed(2)}`);
  expect(text).toContain(`$${lineOf(once, "expressUpload").toFixed(2)}`);
  expect(text).toContain(`$${lineOf(monthly, "expressStorage").toFixed(2)}`);
  const cents = (dollars: number): string => String(Math.round(dollars * 100));
  expect(text).toMatch(new RegExp(`\\b${cents(idle.dollars)} (?:cents|美分)`));
  expect(text).toMatch(new RegExp(`\\b${cents(idle.dollarsWithFreeTiers)} (?:cent|美分)`));
});

function lineOf({ lines }: Bill, item: string): number {
  const line = lines.find((one) => one.item === item);
  if (line === undefined) throw new Error(`the bill has no ${item}`);
  return line.dollars;
}

test("docs/deploy.md: an idle month, and one with a canary every quarter of an hour", () => {
  const text = readFileSync("docs/deploy.md", "utf8");
  const monthOf = (command: string): number => {
    const args = [...command.split(" ").slice(1), "--json"];
    const output = execFileSync(process.execPath, ["dist/cli.cjs", ...args], { encoding: "utf8" });
    return (JSON.parse(output) as { monthly: Bill }).monthly.dollars;
  };
  const [idle = "", canary = ""] = [...text.matchAll(/`(?:npx )?(s3-express-sync cost --[^`]+)`/g)].map(
    ([, found]) => found,
  );
  expect(canary).toContain("--per-day 96");
  expect(text).toContain(`$${monthOf(idle).toFixed(2)} a month`);
  expect(text).toContain(`$${monthOf(canary).toFixed(2)} a month`);
});

test.each(["README.md", "README.zh-CN.md"])("%s: what was measured is what docs/performance.md has", (file) => {
  const text = readFileSync(file, "utf8");
  const page = readFileSync("docs/performance.md", "utf8");
  const cells = (start: string): string[] => {
    const row = page.split("\n").find((line) => line.startsWith(start));
    if (row === undefined) throw new Error(`docs/performance.md has no row "${start}"`);
    return row.split("|").map((cell) => cell.trim());
  };
  const large = cells("| large |");
  expect(text).toContain(large[3]!.split(" ")[0]);
  expect(text).toContain(large[5]);
  expect(text).toContain(cells("| small (TLS) |")[6]);
  expect(text).toContain(cells("| small | s5cmd")[5]);
});
