/** What stops a release: the real script in a small project of its own, with each problem in turn. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

jest.setTimeout(60_000);

const SCRIPT = path.resolve(__dirname, "../../scripts/release-check.mjs");
const PROJECT = {
  name: "project",
  version: "1.2.3",
  files: [
    "Dockerfile.package",
    "dist/cli.cjs",
    "dist/component.cjs",
    "dist/local-cloud.cjs",
    "dist/types",
    "dist/worker.cjs",
  ],
  scripts: { build: "node make.cjs", prepack: "node types.cjs", check: "node check.cjs" },
};
const CHANGELOG =
  "# Changelog\n\n## Pending\n\n## 1.2.3 - 2027-01-31\n\n- First.\n\n## 1.2.2 - 2026-12-01\n\n- Older.\n";
const MAKE = `const { mkdirSync, writeFileSync } = require("node:fs");
mkdirSync("dist/types/infra", { recursive: true });
for (const name of ["cli.cjs", "component.cjs", "local-cloud.cjs", "worker.cjs"]) writeFileSync("dist/" + name, "// " + name);`;
const TYPES = `const { writeFileSync } = require("node:fs");
writeFileSync("dist/types/component.d.ts", "export {};");
writeFileSync("dist/types/infra/deep.d.ts", "export {};");`;

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "release-test-")));
  write("package.json", PROJECT);
  write("package-lock.json", lockOf("1.2.3"));
  const files = { "CHANGELOG.md": CHANGELOG, "make.cjs": MAKE, "types.cjs": TYPES, ".gitignore": "dist/\n" };
  for (const [name, content] of Object.entries(files)) write(name, content);
  for (const name of ["Dockerfile.package", "LICENSE", "README.md"]) write(name, name);
  write("check.cjs", 'console.log("checked");');
  git("init", "--quiet");
  commit();
});
afterEach(() => rmSync(folder, { recursive: true }));

function lockOf(version: string): object {
  return { name: "project", version, lockfileVersion: 3, packages: { "": { name: "project", version } } };
}

function write(name: string, content: string | object): void {
  writeFileSync(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
}

function environment(): NodeJS.ProcessEnv {
  const who = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@b", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@b" };
  const alone = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", npm_config_update_notifier: "false" };
  // Also where the tests are themselves started from a git hook.
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...env } = process.env;
  return { ...env, ...who, ...alone };
}

function git(...args: readonly string[]): void {
  execFileSync("git", args, { cwd: folder, env: environment() });
}

function commit(): void {
  git("add", "--all");
  git("commit", "--quiet", "--message", "change");
}

async function releaseCheck(): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [SCRIPT], {
    cwd: folder,
    env: environment(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => void child.once("close", resolve));
  const output = await text(child.stdout);
  return { code: await ended, output };
}

/** The problems' texts. */
async function problems(): Promise<readonly string[]> {
  const { code, output } = await releaseCheck();
  expect(code).toBe(1);
  expect(output).not.toContain("checked");
  return [...output.matchAll(/^ {2}- (.+)$/gm)].map(([, problem = ""]) => problem);
}

test("nothing wrong: everything is checked, and the version is ready", async () => {
  const { code, output } = await releaseCheck();
  expect(output).toMatch(/checked\n[^]*release: 1\.2\.3 is ready\n$/);
  expect(code).toBe(0);
});

test("a failing check stops it", async () => {
  write("check.cjs", "process.exit(3);");
  commit();
  const { code, output } = await releaseCheck();
  expect([code, output.trim().split("\n").at(-1)]).toEqual([1, "release: not yet, npm run check failed"]);
});

test("what is not committed", async () => {
  write("notes.txt", "x");
  write("LICENSE", "another");
  expect(await problems()).toEqual(["not committed: LICENSE", "not committed: notes.txt"]);
});

test("a lock file of another version", async () => {
  write("package-lock.json", lockOf("1.2.2"));
  commit();
  expect(await problems()).toEqual([
    "package-lock.json: version is 1.2.2, package.json says 1.2.3; run npm install",
    'package-lock.json: packages[""].version is 1.2.2, package.json says 1.2.3; run npm install',
  ]);
});

const MUST_BE = 'it must be "1.2.3 - YYYY-MM-DD", with the day of the release';
test.each([
  ["without the version", CHANGELOG.replace("## 1.2.3 - 2027-01-31\n\n- First.\n\n", ""), "1.2.2 - 2026-12-01"],
  ["without a date", CHANGELOG.replace(" - 2027-01-31", ""), "1.2.3"],
  ["of a day that does not exist", CHANGELOG.replace("2027-01-31", "2027-02-31"), "1.2.3 - 2027-02-31"],
  ["without any", "# Changelog\n", ""],
])("a changelog %s", async (_, changelog, heading) => {
  write("CHANGELOG.md", changelog);
  commit();
  expect(await problems()).toEqual([`CHANGELOG.md: the newest heading is "${heading}"; ${MUST_BE}`]);
});

test("something pending in the changelog", async () => {
  write("CHANGELOG.md", CHANGELOG.replace("## Pending\n", "## Pending\n\n- Not said yet.\n"));
  commit();
  expect(await problems()).toEqual(["CHANGELOG.md: something is still pending; move it below the version's heading"]);
});

test("a file too many and a file too few in the package", async () => {
  write("package.json", {
    ...PROJECT,
    files: ["check.cjs", ...PROJECT.files.filter((name) => name !== "dist/cli.cjs")],
  });
  write("types.cjs", `${TYPES}\nwriteFileSync("dist/types/infra/deep.d.ts.map", "{}");`);
  commit();
  expect(await problems()).toEqual([
    "the package has no dist/cli.cjs",
    "the package has check.cjs, which does not belong into it",
    "the package has dist/types/infra/deep.d.ts.map, which does not belong into it",
  ]);
});

// Put together here: whole, they would be found in this file by whoever looks for them.
const KEY = ["AKIA", "ABCDEFGHIJKLMNOP"].join("");
const PEM = ["-----BEGIN PRIVATE", `KEY-----\n${"M".repeat(64)}`].join(" ");

test.each([
  ["an AWS access key", () => `"${KEY}"`],
  ["a private key", () => PEM],
  ["a source map", () => "//# sourceMappingURL=cli.cjs.map"],
  ["the path of this folder", () => `"${folder}/core"`],
])("%s in the package", async (what, content) => {
  write("types.cjs", `${TYPES}\nwriteFileSync("dist/cli.cjs", ${JSON.stringify(content())});`);
  commit();
  // The program that makes it is not in the package.
  expect(await problems()).toEqual([`dist/cli.cjs has ${what} in it`]);
});

test("a build that fails", async () => {
  write("make.cjs", 'console.error("no such entry"); process.exit(1);');
  commit();
  expect(await problems()).toEqual(["npm run build failed: no such entry"]);
});

test("all of it at once", async () => {
  write("package.json", { ...PROJECT, version: "2" });
  write("CHANGELOG.md", "# Changelog\n");
  const found = await problems();
  expect(found).toHaveLength(6);
  expect(found.join("\n")).toMatch(/not committed.*\n.*not committed.*\n.*no semantic version/);
});
