/** Reads the source maps that the build leaves beside its bundles. */
import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { join, posix } from "node:path";
import type { SourceOf } from "./areas";

/**
 * Looks functions of a bundle up, as paths from the repository's root.
 * @param bundle name of the file in dist/
 * @throws Error when its map is missing: `npm run build` makes it
 */
export function sourcesOf(bundle: string): SourceOf {
  const map = new SourceMap(
    JSON.parse(readFileSync(join(process.cwd(), "dist", `${bundle}.map`), "utf8")) as SourceMapPayload,
  );
  return ({ url, lineNumber, columnNumber }) => {
    if (!url.endsWith(`/dist/${bundle}`)) return undefined;
    const entry = map.findEntry(lineNumber, columnNumber);
    return "originalSource" in entry ? posix.join("dist", entry.originalSource) : undefined;
  };
}
