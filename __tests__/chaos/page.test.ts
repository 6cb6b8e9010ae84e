/** docs/reliability.md has every planted bug with the start of its search as it is: the command that prints the table is not left behind. */
import { readFileSync } from "node:fs";
import { PROCESS_BUGS, SIM_BUGS } from "../../lab/chaos/planted/bugs";

const page = readFileSync("docs/reliability.md", "utf8");
const rows = page
  .slice(page.indexOf("| planted bug "))
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .slice(2)
  .map((line) => line.split("|").map((cell) => cell.trim()));

test("planted bugs: what they break, where their search begins, and what its scenarios are bent towards", () => {
  const bugs = [
    ...SIM_BUGS.map((bug) => [bug.name, bug.breaks, "sim", String(bug.fromSeed), bug.shape?.towards ?? "-"]),
    ...PROCESS_BUGS.map((bug) => [bug.name, bug.breaks, "process", String(bug.fromSeed), "-"]),
  ];
  expect(rows.map((cells) => cells.slice(1, 6))).toEqual(bugs);
  for (const [, , , , from = "", , seed = ""] of rows) expect(Number(seed)).toBeGreaterThanOrEqual(Number(from));
});
