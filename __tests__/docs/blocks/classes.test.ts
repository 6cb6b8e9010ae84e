/** No block of code is unaccounted for: commands have a class, TypeScript has types, JSON and YAML are what the examples are. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { readCommandLine } from "../../../lab/chaos/options";
import { type Fence, fencesOf, PAGES } from "../pages";
import { COMMAND_RULES, RUN_BY_NAME, ruleOf, TEXT_RULES } from "./classes";
import { COMMANDS, isSession, isShell } from "./commands";

const BLOCKS = PAGES.flatMap((page) => fencesOf(page).map((fence) => ({ file: page.file, fence })));
const of = (language: string): readonly { readonly file: string; readonly fence: Fence }[] =>
  BLOCKS.filter(({ fence }) => fence.language === language);

test("every command has a class, and every rule a command", () => {
  expect(COMMANDS.length).toBeGreaterThan(40);
  expect(COMMANDS.filter((command) => ruleOf(command) === undefined)).toEqual([]);
  const used = new Set(COMMANDS.map(ruleOf));
  expect(COMMAND_RULES.filter((rule) => !used.has(rule))).toEqual([]);
});

test("a command that nobody thought of would be found", () => {
  expect(ruleOf({ file: "README.md", text: "npm run gone" })).toBeUndefined();
  expect(ruleOf({ file: "README.md", text: "npx s3-express-sync status" })).toMatchObject({ then: { is: "run" } });
});

test("the fault runs' options are options", () => {
  const runs = COMMANDS.filter(({ text }) => text.startsWith("npm run chaos -- "));
  expect(runs.length).toBeGreaterThan(3);
  for (const { text } of runs) expect(() => readCommandLine(text.split(" ").slice(4))).not.toThrow();
});

test("tests that are said to run something are there", () => {
  const said = COMMAND_RULES.flatMap(({ then }) => (then.is === "elsewhere" ? [then.by] : []));
  expect([...said, ...Object.values(RUN_BY_NAME)].filter((file) => !existsSync(file))).toEqual([]);
  const marked = BLOCKS.flatMap(({ fence }) => fence.runs ?? []);
  expect([...new Set(marked)].sort()).toEqual(Object.keys(RUN_BY_NAME).sort());
});

test("every other block is in a language that is checked, or known text", () => {
  const checked = ["ts", "json", "yaml", "mermaid"];
  const others = BLOCKS.filter(
    ({ fence }) =>
      !isShell(fence) && !isSession(fence) && fence.runs === undefined && !checked.includes(fence.language),
  );
  const known = others.map(({ file, fence }) => {
    const rule = TEXT_RULES.find((one) => one.file === file && one.first.test(fence.code));
    return [file, fence.code.split("\n")[0], rule?.is];
  });
  expect(known.filter(([, , is]) => is === undefined)).toEqual([]);
  const used = (rule: (typeof TEXT_RULES)[number]): boolean =>
    others.some(({ file, fence }) => rule.file === file && rule.first.test(fence.code));
  expect(TEXT_RULES.filter((rule) => !used(rule))).toEqual([]);
});

test("TypeScript compiles against what the package exports", () => {
  const blocks = of("ts");
  expect(blocks.length).toBeGreaterThan(2);
  const sources = new Map(
    blocks.map(({ fence }, index) => [join(process.cwd(), `block-${index}.ts`), fence.code] as const),
  );
  const { config } = ts.readConfigFile("tsconfig.json", (file) => readFileSync(file, "utf8")) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: ["x.ts"] }, ts.sys, process.cwd());
  const host = ts.createCompilerHost(options);
  host.fileExists = (file) => sources.has(file) || ts.sys.fileExists(file);
  host.readFile = (file) => sources.get(file) ?? ts.sys.readFile(file);
  const program = ts.createProgram([...sources.keys()], options, host);
  const problems = ts.getPreEmitDiagnostics(program);
  expect(problems.map(({ file, messageText }) => `${file?.fileName ?? ""}: ${JSON.stringify(messageText)}`)).toEqual(
    [],
  );
}, 120_000);

test("JSON parses; YAML is a file of the examples, which Pulumi reads", () => {
  for (const { fence } of of("json")) expect(() => JSON.parse(fence.code) as unknown).not.toThrow();
  const examples = readdirSync("examples", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => readFileSync(join("examples", file), "utf8"));
  for (const { fence } of of("yaml")) expect(examples).toContain(fence.code);
  for (const { fence } of of("mermaid")) expect(fence.code).toMatch(/^flowchart LR\n/);
});
