/** Every document: links lead somewhere, each page says whom it is for, every command it shows exists. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { makeProgram } from "../../cli/program";
import type { Shell } from "../../cli/shell/verb";
import { SETTINGS } from "../../core/settings-table";
import { anchorsOf, commandsOf, linksOf, type Page, PAGES } from "./pages";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
const named = PAGES.map((page) => [page.file, page] as const);

it.each(named)("%s: links lead somewhere", (file, page) => {
  const broken = linksOf(page).filter((target) => {
    const [to = "", anchor] = target.split("#");
    const linked = to === "" ? file : path.join(path.dirname(file), decodeURIComponent(to));
    if (!existsSync(linked)) return true;
    if (anchor === undefined || !linked.endsWith(".md")) return false;
    return !anchorsOf({ file: linked, text: readFileSync(linked, "utf8") }).has(anchor);
  });
  expect(broken).toEqual([]);
});

it.each(named.filter(([file]) => file !== "CHANGELOG.md" && !file.startsWith("README")))(
  "%s begins with whom it is for",
  (_file, { text }) => {
    const [, first = ""] = text.replace(/^# .*\n+/, "\n").split(/\n\n?/);
    expect(first).toMatch(/^For /);
  },
);

it.each(named)("%s: scripts, verbs, options and settings it shows exist", (_file, page) => {
  expect(commandsOf(page).flatMap(unknownIn)).toEqual([]);
});

function unknownIn(command: string): string[] {
  const [, script] = /^npm run (?:--silent |-s )?([\w:-]+)/.exec(command) ?? [];
  if (script !== undefined) return script in scripts ? [] : [command];
  const [, setting] = /^pulumi config set (?:--\S+ )*([\w:]+)/.exec(command) ?? [];
  if (setting !== undefined) return settings.has(setting) ? [] : [command];
  const [, verb, rest = ""] = /^(?:npx )?s3-express-sync ((?:dlq )?[a-z]+)\b(.*)$/.exec(command) ?? [];
  return verb === undefined ? [] : unknownOptions(command, verb, rest);
}

const settings = new Set([
  "NAME",
  ...Object.values(SETTINGS).flatMap(({ variable, alias }) => [variable.name, ...(alias ? [alias.name] : [])]),
]);

function unknownOptions(command: string, verb: string, rest: string): string[] {
  const program = makeProgram({} as Shell, { writeOut: () => undefined, writeErr: () => undefined });
  const found = verb
    .split(" ")
    .reduce<Known | undefined>((at, name) => at?.commands.find((one) => one.name() === name), program);
  if (found === undefined) return [command];
  const known = new Set(["--help", ...found.options.map(({ long }) => long)]);
  const options = [...rest.matchAll(/(?:^|[\s[|])(--[a-z][\w-]*)/g)].map(([, option]) => option!);
  return options.every((option) => known.has(option)) ? [] : [command];
}

interface Known {
  readonly commands: readonly (Known & { name(): string })[];
  readonly options: readonly { readonly long?: string | undefined }[];
}

it("a broken link, a wrong script and a wrong option would be found", () => {
  const page: Page = {
    file: "docs/x.md",
    text: "# X\n\n[a](gone.md) [b](deploy.md#gone)\n\n```bash\nnpm run gone\n```\n",
  };
  expect(linksOf(page)).toEqual(["gone.md", "deploy.md#gone"]);
  expect(commandsOf(page).flatMap(unknownIn)).toEqual(["npm run gone"]);
  for (const wrong of ["npx s3-express-sync verify --depe", "s3-express-sync gone", "pulumi config set gone 1"]) {
    expect(unknownIn(wrong)).toEqual([wrong]);
  }
  expect(unknownIn("npx s3-express-sync verify --deep --repair")).toEqual([]);
  expect(anchorsOf({ file: "x", text: "## Queue: who may send\n" })).toEqual(new Set(["queue-who-may-send"]));
});
