/** README.zh-CN.md is the README: the same headings by number and level, the same commands, code, links, and tables of the same shape. */
import { commandsOf, fencesOf, headingsOf, linksOf, type Page, PAGES, withoutFences } from "./pages";

const [english, chinese] = ["README.md", "README.zh-CN.md"].map((file) => PAGES.find((page) => page.file === file)!);

/** Columns per row of every table, and what the first column holds in code. */
function tablesOf(page: Page): string[] {
  const rows = withoutFences(page)
    .split("\n")
    .filter((line) => line.startsWith("|"));
  return rows.map((row) => {
    const cells = row.split(/(?<!\\)\|/).slice(1, -1);
    return `${cells.length}: ${[...(cells[0] ?? "").matchAll(/`[^`]+`/g)].join(" ")}`;
  });
}

it.each<[string, (page: Page) => unknown]>([
  ["heading levels", (page) => headingsOf(page).map(({ level }) => level)],
  [
    "commands",
    (page) => commandsOf(page).filter((command) => /^(?:npm|npx|node|pulumi|s3-express-sync) /.test(command)),
  ],
  ["blocks of code", (page) => fencesOf(page).map(({ language, code }) => [language, code.split("\n").length])],
  ["links", (page) => linksOf(page).filter((target) => !target.startsWith("README"))],
  ["tables", tablesOf],
])("the same %s", (_what, of) => {
  expect(of(chinese!)).toEqual(of(english!));
  expect(of(english!)).not.toEqual([]);
});

it("links to the other language", () => {
  expect(linksOf(english!)).toContain("README.zh-CN.md");
  expect(linksOf(chinese!)).toContain("README.md");
});

it("is in Chinese", () => {
  const prose = withoutFences(chinese!).match(/\p{Script=Han}/gu) ?? [];
  expect(prose.length).toBeGreaterThan(1_500);
});
