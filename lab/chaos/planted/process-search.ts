/** Looks for the first seed at which the process mode finds a planted bug. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { runProcessSeed } from "../process/run";
import type { ProcessBug } from "./bugs";
import { buildPlanted } from "./build";

const WITHIN = 4;
/** What these bugs break shows within seconds. */
const MINUTES = 0.2;

export async function findInProcess(
  { patches, fromSeed }: ProcessBug,
  signal: AbortSignal,
): Promise<{ readonly seed: number; readonly by: string } | undefined> {
  const directory = await mkdtemp(path.join(tmpdir(), "planted-"));
  try {
    const workerBundle = path.join(directory, "worker.cjs");
    await buildPlanted("worker/main.ts", patches, workerBundle);
    for (let seed = fromSeed; seed < fromSeed + WITHIN; seed++) {
      const [problem] = (await runProcessSeed({ seed, minutes: MINUTES, signal, workerBundle })).problems;
      if (problem !== undefined) return { seed, by: problem.promise };
    }
    return undefined;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
