/**
 * A reader's shell: a folder of its own, this checkout's programs under the names the documents call them by, and stand-ins for what a deployment has.
 * `pulumi` answers `stack output` with what the local stack tells, which is all the command line asks of it.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Stack } from "../../../lab/stack/stack";

/** Longer than any of them takes on a loaded machine; one that waits for what never comes ends with its output. */
const TIMEOUT_MS = 45_000;

export interface Ran {
  readonly code: number | null;
  /** Both streams, as a terminal shows them. */
  readonly output: string;
}

export interface Shell {
  /** `withStack` false: nothing tells which system is meant. */
  readonly run: (text: string, options?: { readonly withStack?: boolean }) => Promise<Ran>;
  readonly close: () => void;
}

export function openShell({ cloud, system, source, destination }: Stack): Shell {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "docs-blocks-")));
  const folders = { tools: join(home, "tools"), pulumi: join(home, "pulumi"), work: join(home, "work") };
  for (const folder of Object.values(folders)) mkdirSync(folder);
  const script = (folder: string, name: string, body: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const cli = `exec "${process.execPath}" "${resolve("dist/cli.cjs")}" "$@"`;
  script(folders.tools, "s3-express-sync", cli);
  script(folders.tools, "npx", `[ "$1" = s3-express-sync ] || exit 127; shift; ${cli}`);
  // Without the build, which other tests of this run would meet half done; and on a free port.
  const local = `exec "${process.execPath}" "${resolve("dist/local.cjs")}" --port 0 "$@"`;
  script(folders.tools, "npm", `[ "$1 $2 $3" = "run local --" ] || exit 127; shift 3; ${local}`);
  const outputs = join(home, "outputs.json");
  writeFileSync(outputs, JSON.stringify({ system, sourceBucket: source, destinationBucket: destination }));
  const named = [
    `"stack output sourceBucket") echo "${source}";;`,
    `"stack output destinationBucket") echo "${destination}";;`,
  ];
  script(
    folders.pulumi,
    "pulumi",
    `case "$*" in "stack output --json") cat "${outputs}";; ${named.join(" ")} *) exit 127;; esac`,
  );

  return {
    run: async (text, { withStack = true } = {}) => {
      const path = [
        folders.tools,
        ...(withStack ? [folders.pulumi] : []),
        dirname(process.execPath),
        process.env["PATH"],
      ];
      const environment = cloud.environmentFor("operator");
      const child = spawn("bash", ["-eo", "pipefail", "-c", text], {
        cwd: folders.work,
        env: {
          PATH: path.join(":"),
          HOME: home,
          TMPDIR: home,
          NO_COLOR: "1",
          LONG_POLL_SECONDS: "1",
          EMPTY_POLLS_BEFORE_EXIT: "1",
          ...environment,
          // The documents' commands find the Region as a reader's do: in the stack's outputs.
          ...(withStack ? {} : { AWS_REGION: "", AWS_DEFAULT_REGION: "" }),
        },
        stdio: ["ignore", "pipe", "pipe"],
        timeout: TIMEOUT_MS,
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (more: string) => {
          output += more;
          // The local cloud says this last and runs until Ctrl-C.
          if (output.includes("things to try")) child.kill("SIGINT");
        });
      const [code] = (await once(child, "close")) as [number | null];
      return { code, output };
    },
    close: () => rmSync(home, { recursive: true }),
  };
}

/** Lines of the page that `output` does not have; numbers, ids and dates are others each time, and `...` stands for anything. */
export function missingLines(shown: readonly string[], output: string): readonly string[] {
  const printed = output.split("\n").map((line) => line.trimEnd());
  return shown.filter((line) => {
    const pattern = patternOf(line);
    return !printed.some((one) => pattern.test(one));
  });
}

/** An id of this kind or that, or a number with or without fractions. */
const CHANGING = /\b[a-f\d]{8}(?:-[a-f\d]{4}){3}-[a-f\d]{12}\b|\b(?=[a-z]*\d)[a-z\d]{8,}\b|\d+(?:[.,]\d+)*/;

function patternOf(line: string): RegExp {
  const parts = line.trimEnd().split("...").map(patternOfPart);
  return new RegExp(`^${parts.join(".*")}$`);
}

function patternOfPart(text: string): string {
  const found = CHANGING.exec(text);
  if (found === null) return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ +/g, " +");
  const [changing] = found;
  const before = patternOfPart(text.slice(0, found.index));
  const after = patternOfPart(text.slice(found.index + changing.length));
  return before + (/^[\d.,]+$/.test(changing) ? "\\d+(?:[.,]\\d+)*" : "[a-z\\d-]+") + after;
}
