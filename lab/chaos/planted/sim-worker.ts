/** The worker as the simulation runs it, with or without a planted bug, loaded from a bundle of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import type { RunWorker } from "../../sim/world";
import { buildPlanted, type Patch } from "./build";

const load = createRequire(__filename) as (file: string) => { readonly runWorker: RunWorker };

/** @throws Error when a patch does not fit */
export async function simWorkerWith(patches: readonly Patch[]): Promise<RunWorker> {
  const directory = await mkdtemp(path.join(tmpdir(), "planted-"));
  try {
    const bundle = path.join(directory, "worker.cjs");
    await buildPlanted("worker/worker.ts", patches, bundle);
    return load(bundle).runWorker;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
