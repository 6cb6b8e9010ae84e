/** What the worker's image is made of, and a hash of it: the image's tag. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** What the npm package has instead of sources; its Dockerfile is the first. */
const PACKAGED = ["Dockerfile.package", "dist/cli.cjs", "dist/worker.cjs"] as const;

/** The Dockerfile's name under `root`: one for a checkout, one for the npm package. */
export function dockerfileOf(root: string): string {
  return isPackage(root) ? PACKAGED[0] : "Dockerfile";
}

/** Files and folders under `root` that the image is made of: in a checkout what .dockerignore lets in. */
export function imageSources(root: string): readonly string[] {
  if (isPackage(root)) return PACKAGED;
  const lines = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");
  const letIn = lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
  // A folder that is let in only to name some of its files is no source itself.
  return letIn.filter((path) => !lines.includes(`${path}/*`)).sort();
}

/** Equal for equal sources, on every machine: contents and relative paths, nothing else. */
export function sourcesHash(root: string): string {
  return hashOf(root, imageSources(root));
}

/** Of these files and folders under `root`. */
export function hashOf(root: string, sources: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of sources.flatMap((source) => filesOf(root, source))) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 16);
}

function isPackage(root: string): boolean {
  return !existsSync(join(root, ".dockerignore"));
}

function filesOf(root: string, path: string): readonly string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  const names = readdirSync(join(root, path)).sort();
  return names.flatMap((name) => filesOf(root, `${path}/${name}`));
}
