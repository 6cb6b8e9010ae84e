/** The output `system` of a Pulumi stack: out of a file, or by asking the Pulumi CLI. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { SYSTEM_FIELD_NAMES } from "../../core/system";
import type { Known } from "./system";

export interface StackOptions {
  /** What `pulumi stack output --json` printed. */
  readonly outputs?: string | undefined;
  readonly stack?: string | undefined;
  /** Folder of the Pulumi project. */
  readonly cwd?: string | undefined;
}

const run = promisify(execFile);
const PULUMI_TIMEOUT_MS = 60_000;

/** A text instead of values is the reason why there are none. */
export async function readStackOutput({ outputs, stack, cwd }: StackOptions): Promise<Known | string> {
  if (outputs !== undefined) {
    try {
      return systemOf(await readFile(outputs, "utf8"), outputs);
    } catch (error) {
      return `${outputs} cannot be read: ${(error as Error).message}`;
    }
  }
  const args = ["stack", "output", "--json", ...(stack === undefined ? [] : ["--stack", stack])];
  try {
    const { stdout } = await run("pulumi", args, { timeout: PULUMI_TIMEOUT_MS, ...(cwd === undefined ? {} : { cwd }) });
    return systemOf(stdout, "pulumi stack output");
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: string };
    if (code === "ENOENT")
      return "The Pulumi CLI is not on the PATH, so no stack could be asked (--outputs FILE takes what it printed).";
    const said = stderr?.trim().split("\n")[0] ?? "";
    return `pulumi stack output failed: ${said || String(error)}`;
  }
}

function systemOf(text: string, from: string): Known | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `${from} is not the JSON that \`pulumi stack output --json\` prints.`;
  }
  const system = (value as { system?: Record<string, unknown> } | null)?.system;
  if (typeof system !== "object")
    return `${from} has no output \`system\`: the stack is older than this tool, run \`pulumi up\` once.`;
  const fields = SYSTEM_FIELD_NAMES.filter((field) => typeof system[field] === "string");
  return Object.fromEntries(fields.map((field) => [field, system[field]]));
}
