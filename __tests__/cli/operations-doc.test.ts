/** docs/operations.md against the command line: its commands can be typed, and no verb, finding or reason is left out. */
import { readFileSync } from "node:fs";
import { MOVED_BY_SQS, UNKNOWN_SENDER } from "../../cli/dlq/letter";
import { KIND_TRAITS, KINDS } from "../../cli/verify/findings";
import { ERROR_CODES } from "../../core/errors";
import { OPERATOR_VERBS } from "../../infra/policies/operator";
import { programOf, split, VERBS } from "../support/cli-program";

const text = readFileSync("docs/operations.md", "utf8");
const NAMES = VERBS.map((words) => words.join(" "));

/** What stands in a code block as a command, and what stands in the text in backticks and begins with a verb. */
const fenced = [...text.matchAll(/^(?:\$ )?s3-express-sync (.*?)(?: +#.*)?$/gm)].map(([, line = ""]) => line);
const inline = [...text.replace(/^```[^]*?^```/gm, "").matchAll(/`([^`]+)`/g)]
  .map(([, code = ""]) => code.replace(/^(npx )?s3-express-sync /, ""))
  .filter((code) => NAMES.some((name) => code.startsWith(`${name} `)));

it("there are commands to look at", () => {
  expect([fenced.length > 10, inline.length > 10]).toEqual([true, true]);
});

it.each([...new Set([...fenced, ...inline])])("`%s` is a command", async (line) => {
  const { program, reached, text: told } = programOf();
  await program.parseAsync(split(line), { from: "user" }).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${told()}`);
  });
  if (!line.startsWith("local")) expect(reached).toHaveLength(1);
});

/** First cells of the rows of a table that begin with something in backticks. */
function firstCells(heading: string): readonly string[] {
  const section = text.slice(text.indexOf(`\n## ${heading}\n`) + 1);
  const end = section.indexOf("\n## ", 1);
  const rows = section.slice(0, end < 0 ? undefined : end).matchAll(/^\| (`[^|]+`) *\|/gm);
  return [...rows].flatMap(([, cell = ""]) => cell.split(", ").map((one) => one.replace(/`/g, "")));
}

it("every verb is in the table of verbs, and the verbs of the operator's policy are among them", () => {
  expect([...firstCells("All verbs")].sort()).toEqual([...NAMES].sort());
  for (const verb of Object.keys(OPERATOR_VERBS)) expect(text).toContain(`\`${verb}`);
});

it("every kind of finding is explained as verify explains it", () => {
  const rows = KINDS.map((kind) => new RegExp(`^\\| \`${kind}\` +\\| ${KIND_TRAITS[kind].about}`, "m"));
  expect(rows.filter((row) => !row.test(text))).toEqual([]);
});

it("every reason of a dead letter that is about the key is explained, and those without a worker's words", () => {
  const ofKeys = Object.entries(ERROR_CODES).filter(([, { class: kind }]) => kind === "key");
  const reasons = [
    ...ofKeys.map(([code]) => code),
    MOVED_BY_SQS,
    UNKNOWN_SENDER,
    "AccessDenied",
    "MessageNotUnderstood",
  ];
  expect(reasons.filter((reason) => !firstCells("Dead letters grow").includes(reason))).toEqual([]);
});
