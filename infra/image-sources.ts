/** What the worker's image is made of, and a hash of it: the image's tag. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Files and folders of the build context; .dockerignore lets exactly these in. */
export const IMAGE_SOURCES = [
  ".dockerignore",
  "Dockerfile",
  "aws",
  "cli",
  "core",
  "package-lock.json",
  "package.json",
  "scripts/build.mjs",
  "tsconfig.json",
  "worker",
] as const;

/** Equal for equal sources, on every machine: contents and relative paths, nothing else. */
export function sourcesHash(root: string): string {
  const hash = createHash("sha256");
  for (const file of IMAGE_SOURCES.flatMap((source) => filesOf(root, source))) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 16);
}

function filesOf(root: string, path: string): readonly string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  const names = readdirSync(join(root, path)).sort();
  return names.flatMap((name) => filesOf(root, `${path}/${name}`));
}
