/**
 * Loads the worker with textual changes to its sources, into a module registry of its own: shows what tests are worth.
 *
 * Only `worker/` and `core/` are loaded afresh, transpiled in memory; nothing is written to disk, and neither jest's registry
 * nor another mutant sees the change.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import ts from "typescript";

export interface Patch {
  /** From the root of the repository, e.g. "worker/reconcile.ts". */
  readonly file: string;
  /** Occurs exactly once in the file, so that a mutation cannot silently become none; any white space matches any other. */
  readonly find: string;
  readonly replace: string;
}

export type ModuleExports = Readonly<Record<string, unknown>>;

const ROOT = path.resolve(__dirname, "../..");
const original = createRequire(__filename) as (request: string) => ModuleExports;
const FRESH_FOLDERS = ["worker/", "core/"];
const transpiled = new Map<string, string>();

/** Exports of `entry` (e.g. "worker/worker.ts") with the patches applied; without patches it is the original once more. */
export function loadMutant(entry: string, patches: readonly Patch[]): ModuleExports {
  const registry = new Map<string, { exports: ModuleExports }>();
  const changed = new Map<string, string>();
  for (const patch of patches) changed.set(patch.file, apply(patch, changed.get(patch.file) ?? sourceOf(patch.file)));

  function load(file: string): ModuleExports {
    const known = registry.get(file);
    if (known !== undefined) return known.exports;
    const module: { exports: ModuleExports } = { exports: {} };
    registry.set(file, module);
    const code = changed.has(file) ? transpile(changed.get(file) ?? "") : transpileOnce(file);
    evaluate(code, module, (request) => loadFrom(file, request));
    return module.exports;
  }

  function loadFrom(file: string, request: string): ModuleExports {
    if (!request.startsWith(".")) return original(request);
    const target = resolve(path.posix.join(path.posix.dirname(file), request));
    const isFresh = FRESH_FOLDERS.some((folder) => target.startsWith(folder));
    return isFresh ? load(target) : original(path.join(ROOT, target));
  }

  return load(entry);
}

function resolve(target: string): string {
  const candidates = [`${target}.ts`, `${target}/index.ts`];
  const found = candidates.find((candidate) => existsSync(path.join(ROOT, candidate)));
  if (found === undefined) throw new Error(`mutant loader: no module at ${target}`);
  return found;
}

function apply({ file, find, replace }: Patch, source: string): string {
  const pattern = new RegExp(find.split(/\s+/).map(escapeRegExp).join("\\s+"), "g");
  const occurrences = source.match(pattern)?.length ?? 0;
  if (occurrences !== 1) {
    throw new Error(`mutation of ${file}: the text to find occurs ${String(occurrences)} times, not once:\n${find}`);
  }
  return source.replace(pattern, () => replace);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function sourceOf(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}

function transpileOnce(file: string): string {
  const known = transpiled.get(file);
  if (known !== undefined) return known;
  const code = transpile(sourceOf(file));
  transpiled.set(file, code);
  return code;
}

function transpile(source: string): string {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

function evaluate(code: string, module: { exports: ModuleExports }, load: (request: string) => ModuleExports): void {
  // In this realm, so that `instanceof Error` means the same in the mutant as in the world around it.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const run = new Function("module", "exports", "require", code) as (
    module: { exports: ModuleExports },
    exports: ModuleExports,
    load: (request: string) => ModuleExports,
  ) => void;
  run(module, module.exports, load);
}
