// `npm run fuzz -- NAME [seconds]`: coverage-guided fuzzing of one target of __tests__/fuzz/targets.ts. New inputs that reach
// new code are kept in a directory of their own; what is worth keeping goes by hand into __tests__/fuzz/corpus/NAME.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { build } from "esbuild";

const NAMES = ["message", "environment", "settings", "fingerprint", "answer"];
const [name = "", seconds = "60"] = process.argv.slice(2);
if (!NAMES.includes(name) || !/^\d{1,5}$/.test(seconds)) {
  console.error(`usage: npm run fuzz -- ${NAMES.join("|")} [seconds]`);
  process.exit(2);
}
const outdir = "dist/fuzz";
const found = `${outdir}/${name}`;
mkdirSync(found, { recursive: true });
await build({
  entryPoints: ["__tests__/fuzz/targets.ts"],
  outfile: `${outdir}/targets.cjs`,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  mainFields: ["module", "main"],
  logLevel: "warning",
});
writeFileSync(
  `${outdir}/${name}.cjs`,
  `const { TARGETS } = require("./targets.cjs");\nmodule.exports.fuzz = (input) => TARGETS.${name}(input);\n`,
);
const jazzer = createRequire(import.meta.url).resolve("@jazzer.js/core/dist/cli.js");
const { status } = spawnSync(
  process.execPath,
  [
    jazzer,
    `${outdir}/${name}.cjs`,
    found,
    `__tests__/fuzz/corpus/${name}`,
    "-i",
    outdir,
    "--",
    `-max_total_time=${seconds}`,
  ],
  { stdio: "inherit" },
);
process.exit(status ?? 1);
