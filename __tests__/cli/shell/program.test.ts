/** The command line as a whole: help, examples that parse, wrong usage, a reader that goes away. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import manifest, { version } from "../../../package.json";
import { cli } from "../../support/cli";
import { programOf, split, VERBS } from "../../support/cli-program";

jest.setTimeout(60_000);

async function helpOf(words: readonly string[]): Promise<string> {
  const { program, text } = programOf();
  await program.parseAsync([...words, "--help"], { from: "user" }).catch(() => undefined);
  return text();
}

it.each(VERBS.map((words) => [words.join(" "), words] as const))(
  "%s --help: summary, exit codes, and examples that parse and reach the verb",
  async (name, words) => {
    const help = await helpOf(words);
    expect(help).toMatch(new RegExp(`^Usage: s3-express-sync ${name}`));
    if (name !== "local") expect(help.replace(/\s+/g, " ")).toMatch(/Exit codes: 0 .*, 2 wrong usage\./);
    const examples = help.slice(help.lastIndexOf("\nExamples:\n")).match(/^ {2}\$ s3-express-sync .*$/gm) ?? [];
    expect(examples.length).toBeGreaterThan(0);
    expect(help.trimEnd().endsWith(examples.at(-1)!)).toBe(true);
    for (const example of examples) {
      const { program, reached, text } = programOf();
      const line = split(example.replace(/^ {2}\$ s3-express-sync /, ""));
      expect(line.slice(0, words.length)).toEqual(words);
      await program.parseAsync(line, { from: "user" }).catch((error: unknown) => {
        throw new Error(`${example}: ${String(error)}\n${text()}`);
      });
      if (name !== "local") expect(reached).toHaveLength(1);
    }
  },
);

it.each([[[]], [["dlq"]]])("%j --help leads to its verbs, and ends in examples that reach them", async (words) => {
  const help = await helpOf(words);
  const examples = help.slice(help.lastIndexOf("\nExamples:\n")).match(/^ {2}\$ s3-express-sync .*$/gm) ?? [];
  expect(examples.length).toBeGreaterThan(1);
  expect(help.trimEnd().endsWith(examples.at(-1)!)).toBe(true);
  for (const example of examples) {
    const { program, reached } = programOf();
    await program.parseAsync(split(example.replace(/^ {2}\$ s3-express-sync /, "")), { from: "user" });
    expect(reached).toHaveLength(1);
  }
});

it("help is made of paragraphs: no line begins with a blank that belongs to none, or ends in the middle of one", async () => {
  for (const words of VERBS) {
    const help = await helpOf(words);
    const description = help.slice(help.indexOf("\n\n") + 2, help.indexOf("\nExit codes"));
    expect({ words, odd: description.match(/^ (?! ).*$/m) }).toEqual({ words, odd: null });
    const lines = description.split("\n");
    // What wraps fills the line: the next word would not have fitted.
    const short = lines.filter((line, index) => {
      const [next = ""] = (lines[index + 1] ?? "").split(" ");
      return line !== "" && next !== "" && line.length + 1 + next.length <= 80;
    });
    expect({ words, short }).toEqual({ words, short: [] });
  }
});

it("every verb that changes something has --dry-run, every verb has --json and --debug", async () => {
  const changing = [
    ...["backfill", "verify", "doctor", "work", "dlq redrive", "dlq purge"],
    ...["trigger", "scale", "pause", "resume"],
  ];
  for (const words of VERBS) {
    const help = await helpOf(words);
    if (changing.includes(words.join(" "))) expect(help).toMatch(/--dry-run/);
    if (words[0] !== "local") expect(help).toMatch(/--json[^]*--debug/);
  }
});

it("--version, --help, and no verb at all", async () => {
  expect(await cli(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  const help = await cli(["--help"]);
  expect(help).toMatchObject({ code: 0, stderr: "" });
  expect(help.stdout).toMatch(/\nExit codes: 0 done, 1 drift or failure, 2 wrong usage\.\n/);
  expect(await cli([])).toMatchObject({ code: 2, stdout: "" });
});

it("is a command of its own, as npx runs it", async () => {
  const run = promisify(execFile);
  expect((await run(join(process.cwd(), manifest.bin["s3-express-sync"]), ["--version"])).stdout).toBe(`${version}\n`);
});

it.each([
  [["sttaus"], /^error: unknown command 'sttaus'\n\(Did you mean status\?\)/],
  [["status", "--wach"], /^error: unknown option '--wach'/],
  [["dlq", "redrive", "--al"], /^error: unknown option '--al'/],
  [["scale"], /^error: missing required argument 'workers'/],
  [["status", "too", "many"], /^error: too many arguments for 'status'/],
  [["trigger", "--starter"], /^error: option '--starter <value>' argument missing/],
])("%j is wrong usage: 2, with the way to help", async (args, message) => {
  const { code, stdout, stderr } = await cli(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/\(add --help for the options and examples\)\n$/);
});

it("which system it is about is not known: 2, and every way to tell it", async () => {
  const { code, stderr } = await cli(["trigger"], { PATH: "/nowhere" });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^Which system\? Not known:\n {2}AWS Region: --region or REGION\n/);
  expect(stderr).toMatch(/\nThe Pulumi CLI is not on the PATH/);
});

it("a reader that goes away ends it quietly", async () => {
  const child = spawn(
    process.execPath,
    [join(process.cwd(), "dist/cli.cjs"), "cost", "--show-prices", "--region", "us-east-1", "--json"],
    {
      env: { PATH: process.env["PATH"] ?? "", SRC_BUCKET: "b", QUEUE_URL: "http://127.0.0.1/q" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdout.destroy();
  const [code] = (await once(child, "close")) as [number];
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});
