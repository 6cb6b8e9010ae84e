/** `verify --deep --repair` of the built command line, run as an operator would. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { SYSTEM_FIELDS, type SystemField } from "../../../core/system";
import type { Finding } from "../../../cli/verify/findings";
import type { Stack } from "../../stack/stack";

const VERIFY = ["verify", "--deep", "--repair", "--max-delete", "100%", "--yes", "--grace", "0"];

/**
 * Resolves to what it found by key: enqueued, or too young to be judged.
 * @throws Error with what it printed when it could not compare
 */
export async function verifyAndRepair({ cloud, system }: Stack): Promise<ReadonlyMap<string, Finding["kind"]>> {
  const folder = await mkdtemp(path.join(tmpdir(), "chaos-verify-"));
  try {
    const report = path.join(folder, "findings.ndjson");
    const about = Object.entries(SYSTEM_FIELDS).map(([field, { variable }]) => [
      variable,
      system[field as SystemField],
    ]);
    const environment = {
      PATH: process.env["PATH"] ?? "",
      ...cloud.environmentFor("operator"),
      ...(Object.fromEntries(about) as Record<string, string>),
    };
    await run([path.resolve("dist/cli.cjs"), ...VERIFY, "--report", report], environment);
    const lines = (await readFile(report, "utf8")).split("\n").filter((line) => line !== "");
    const findings = lines.map((line) => JSON.parse(line) as Finding);
    return new Map(findings.map(({ key, kind }) => [key, kind]));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Exit code 1 says that there are differences, which is no failure here. */
function run(args: readonly string[], environment: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { env: environment }, (error, stdout, stderr) => {
      if (error === null || error.code === 1) resolve();
      else reject(new Error(`verify ended with ${String(error.code)}:\n${stdout}${stderr}`));
    });
  });
}
