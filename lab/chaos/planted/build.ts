/** Builds of the product with a bug planted in them: the sources are changed on their way into the bundle, never on disk. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Plugin } from "esbuild";

export interface Patch {
  /** From the root of the repository, e.g. "worker/reconcile.ts". */
  readonly file: string;
  /** Occurs exactly once in the file, so that a bug cannot silently become none; any white space matches any other. */
  readonly find: string;
  readonly replace: string;
}

/**
 * Bundles `entry` (e.g. "worker/worker.ts") with the patches applied; without patches it is the product itself. To be run from
 * the root of the repository.
 * @throws Error when a text to find does not occur exactly once
 */
export async function buildPlanted(entry: string, patches: readonly Patch[], outfile: string): Promise<void> {
  const sources = patchedSources(patches);
  const { build } = await import("esbuild");
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    mainFields: ["module", "main"],
    logLevel: "error",
    plugins: [serving(sources)],
  });
}

/**
 * By absolute path.
 * @throws Error when a text to find does not occur exactly once
 */
export function patchedSources(patches: readonly Patch[]): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const patch of patches) {
    const file = path.resolve(patch.file);
    sources.set(file, apply(patch, sources.get(file) ?? readFileSync(file, "utf8")));
  }
  return sources;
}

function apply({ file, find, replace }: Patch, source: string): string {
  const pattern = new RegExp(find.split(/\s+/).map(escapeRegExp).join("\\s+"), "g");
  const occurrences = source.match(pattern)?.length ?? 0;
  if (occurrences !== 1) {
    throw new Error(`planted bug in ${file}: the text to find occurs ${occurrences} times, not once:\n${find}`);
  }
  return source.replace(pattern, () => replace);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function serving(sources: ReadonlyMap<string, string>): Plugin {
  return {
    name: "planted",
    setup: (build) =>
      build.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
        const contents = sources.get(file);
        return contents === undefined ? undefined : { contents, loader: "ts" };
      }),
  };
}
