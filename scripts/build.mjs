// Makes the bundles in dist/. One esbuild call; nothing here is needed at run time.
import { build } from "esbuild";
import { chmodSync, existsSync } from "node:fs";

/**
 * Bundle name -> entry. `worker` and `cli` are the product, `local-cloud` is what the package exports as `s3-express-sync/local`; the others
 * run the product on the local cloud.
 */
const ENTRIES = {
  worker: "worker/main.ts",
  cli: "cli/main.ts",
  starter: "lab/stack/starter-entry.ts",
  local: "local/main.ts",
  "local-cloud": "local/index.ts",
  demo: "lab/demo/main.ts",
  "verify-measure": "lab/verify/main.ts",
  chaos: "lab/chaos/main.ts",
  bench: "lab/bench/main.ts",
  "bench-allocations": "lab/bench/allocations.ts",
  "bench-cloud": "lab/bench/cloud/main.ts",
  "bench-null": "lab/bench/null-server.ts",
  "bench-plain-sdk": "lab/bench/peers/plain-sdk.ts",
  "bench-probe": "lab/bench/probe.ts",
  facts: "lab/facts/main.ts",
  forecast: "lab/forecast/main.ts",
};

const entryPoints = Object.fromEntries(Object.entries(ENTRIES).filter(([, file]) => existsSync(file)));

await build({
  entryPoints,
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  // chaos builds the product with planted bugs; a bundler cannot be bundled.
  external: ["esbuild"],
  // The module builds of the SDK tree-shake: a third of the size and of the start-up time.
  mainFields: ["module", "main"],
  minifySyntax: true,
  legalComments: "none",
  // Beside the bundles, which do not change by it: the benchmarks look up which file a function of a profile came from.
  sourcemap: "external",
  sourcesContent: false,
  logLevel: "warning",
});

// The package's entry, for Pulumi programs of others. Packages stay outside: a program has one @pulumi/pulumi, and the starter requires the SDK.
// One file: what the starter captures is in it by value, and only the SDK by name (docs/component.md).
if (existsSync("component.ts")) {
  await build({
    entryPoints: { component: "component.ts" },
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "warning",
  });
}

// npm runs it as the package's command.
if (entryPoints.cli !== undefined) chmodSync("dist/cli.cjs", 0o755);
