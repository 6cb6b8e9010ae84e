// `npm run release:check`: what must hold before a version is tagged. Names every problem at once and exits 1; without one, `npm run check`
// decides. It makes dist/ anew, so that the package it looks at is this checkout's.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";

/** The package, file by file; beside these only the declarations of the rooms the component is made of. */
const FILES = [
  "Dockerfile.package",
  "LICENSE",
  "README.md",
  ...(existsSync("README.zh-CN.md") ? ["README.zh-CN.md"] : []),
  "dist/cli.cjs",
  "dist/component.cjs",
  "dist/local-cloud.cjs",
  "dist/types/component.d.ts",
  "dist/worker.cjs",
  "package.json",
];
const DECLARATIONS = /^dist\/types\/(aws|core|functions|infra|local)\/.+\.d\.ts$/;
/** Never in a published text. The folder of the machine it was made on is looked for beside these, because its name is known only when this runs. */
const FORBIDDEN = {
  "an AWS access key": /\b(AKIA|ASIA)[0-9A-Z]{16}\b/,
  "a private key": /-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/]{40}/,
  "a source map": /sourceMappingURL=/,
};

const problems = [...treeProblems(), ...versionProblems(), ...packageProblems()];
if (problems.length > 0) {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  console.log(`release: not yet, ${count}\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
  process.exit(1);
}
const checked = npm(["run", "check"], "inherit").status;
console.log(
  checked === 0 ? `release: ${readJson("package.json").version} is ready` : "release: not yet, npm run check failed",
);
process.exit(checked === 0 ? 0 : 1);

function treeProblems() {
  const { status, stdout, stderr } = spawnSync("git", ["status", "--porcelain"], { encoding: "utf8" });
  if (status !== 0) return [`git status failed: ${stderr.trim()}`];
  const changed = stdout.split("\n").filter(Boolean);
  return changed.map((line) => `not committed: ${line.slice(3)}`);
}

function versionProblems() {
  const { version } = readJson("package.json");
  const lock = readJson("package-lock.json");
  const locked = { version: lock.version, 'packages[""].version': lock.packages?.[""]?.version };
  return [
    ...(/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version ?? "")
      ? []
      : [`package.json: version ${version} is no semantic version`]),
    ...Object.entries(locked)
      .filter(([, value]) => value !== version)
      .map(([name, value]) => `package-lock.json: ${name} is ${value}, package.json says ${version}; run npm install`),
    ...changelogProblems(version),
  ];
}

function changelogProblems(version) {
  const text = readFileSync("CHANGELOG.md", "utf8");
  // "## 1.2.3 - 2027-01-31" and what is below it.
  const sections = text.split(/^## /m).slice(1);
  const pending = sections.find((section) => /^(pending|unreleased)/i.test(section));
  const waiting = (pending ?? "")
    .split("\n")
    .slice(1)
    .some((line) => line.trim() !== "");
  const released = sections.filter((section) => section !== pending);
  const heading = released[0]?.split("\n")[0] ?? "";
  const [, named, date] = /^(\S+) - (\d{4}-\d{2}-\d{2})$/.exec(heading) ?? [];
  const dated = date !== undefined && new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) === true;
  return [
    ...(waiting ? ["CHANGELOG.md: something is still pending; move it below the version's heading"] : []),
    ...(named === version && dated
      ? []
      : [
          `CHANGELOG.md: the newest heading is "${heading}"; it must be "${version} - YYYY-MM-DD", with the day of the release`,
        ]),
  ];
}

function packageProblems() {
  rmSync("dist", { recursive: true, force: true });
  for (const script of ["build", "prepack"]) {
    const { status, stdout, stderr } = npm(["run", "--silent", script]);
    if (status !== 0) return [`npm run ${script} failed: ${`${stderr}${stdout}`.trim()}`];
  }
  const { status, stdout, stderr } = npm(["pack", "--dry-run", "--json", "--ignore-scripts"]);
  if (status !== 0) return [`npm pack failed: ${stderr.trim()}`];
  const packed = JSON.parse(stdout)[0].files.map(({ path }) => path);
  const foreign = packed.filter((path) => !FILES.includes(path) && !DECLARATIONS.test(path));
  return [
    ...FILES.filter((path) => !packed.includes(path)).map((path) => `the package has no ${path}`),
    ...foreign.map((path) => `the package has ${path}, which does not belong into it`),
    ...packed.flatMap(contentProblems),
  ];
}

function contentProblems(path) {
  const text = readFileSync(path, "utf8");
  const found = Object.entries(FORBIDDEN).filter(([, pattern]) => pattern.test(text));
  const here = text.includes(process.cwd()) ? [`${path} has the path of this folder in it`] : [];
  return [...found.map(([what]) => `${path} has ${what} in it`), ...here];
}

function npm(args, stdio = "pipe") {
  const path = process.env.npm_execpath;
  const [command, all] = path === undefined ? ["npm", args] : [process.execPath, [path, ...args]];
  return spawnSync(command, all, { encoding: "utf8", stdio });
}

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
