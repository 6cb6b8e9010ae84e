/** The page's tables are those of the stored results, and those of the local cloud are what the suites have now. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isOperation } from "../../../lab/facts/operations";
import { factOf, intoPage, operationsOf, tablesOf, type Results } from "../../../lab/facts/table";

jest.setTimeout(180_000);

const page = readFileSync("docs/local-cloud.md", "utf8");
const stored = JSON.parse(readFileSync("docs/local-cloud.facts.json", "utf8")) as Results;

test("the tables are those of the stored results: otherwise `npm run facts -- --page`", () => {
  expect(intoPage(page, tablesOf(stored, isOperation))).toBe(page);
});

test("the local cloud holds every fact the suites have now: otherwise `npm run facts`", async () => {
  const scratch = mkdtempSync(join(tmpdir(), "facts-test-"));
  const file = join(scratch, "names.json");
  // No fact has this name, so that all are named and none runs.
  const args = [
    "node_modules/.bin/jest",
    "--json",
    "--outputFile",
    file,
    "-t",
    "^no fact has this name$",
    "__tests__/contracts",
  ];
  await new Promise((done) => execFile(process.execPath, args, done));
  const { testResults } = JSON.parse(readFileSync(file, "utf8")) as {
    testResults: { name: string; assertionResults: { fullName: string }[] }[];
  };
  rmSync(scratch, { recursive: true });
  const now = testResults
    .filter(({ name }) => !name.endsWith("s3.aws.test.ts"))
    .flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ fullName }) => factOf({ file: name, fullName }, "local cloud")),
    )
    .filter((fact) => fact !== undefined);
  expect(now.length).toBeGreaterThan(150);
  expect(Object.keys(stored.local.facts).sort()).toEqual(now.sort());
  expect(Object.values(stored.local.facts).every(Boolean)).toBe(true);
});

test("a fact belongs to the operations its source names", () => {
  expect(operationsOf("S3 > copies (API CopyObject, CopySourceIf*; UG copying)", isOperation)).toEqual(["CopyObject"]);
  expect(operationsOf("S3 > has keys (UG object-keys)", isOperation)).toEqual(["of no single operation"]);
});
