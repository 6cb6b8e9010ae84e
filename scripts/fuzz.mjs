// `npm run fuzz -- TARGET [seconds]`: coverage-guided fuzzing (Jazzer.js) of one target of __tests__/fuzz/targets.ts, from its kept corpus.
// Jazzer.js is fetched when this is run: nobody else needs it. Inputs that reached new code are left in dist/fuzz/TARGET; what is worth keeping
// goes by hand into __tests__/fuzz/corpus/TARGET under a name that says what it is, and is replayed by every test run from then on.
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const CORPUS = "__tests__/fuzz/corpus";
const OUT = "dist/fuzz";
const JAZZER = "@jazzer.js/core@4.0.0";

const targets = readdirSync(CORPUS);
const [target = "", seconds = "60"] = process.argv.slice(2);
if (!targets.includes(target) || !/^[1-9]\d{0,4}$/.test(seconds)) {
  console.error(`usage: npm run fuzz -- ${targets.join("|")} [seconds]`);
  process.exit(2);
}

const found = `${OUT}/${target}`;
mkdirSync(found, { recursive: true });
await build({
  entryPoints: ["__tests__/fuzz/targets.ts"],
  outfile: `${OUT}/targets.cjs`,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  mainFields: ["module", "main"],
  logLevel: "warning",
});
writeFileSync(
  `${OUT}/${target}.cjs`,
  `const { TARGETS } = require("./targets.cjs");\nmodule.exports.fuzz = (input) => TARGETS.${target}(input);\n`,
);
const jazzer = ["exec", "--yes", `--package=${JAZZER}`, "--", "jazzer"];
const fuzzed = [`${OUT}/${target}.cjs`, found, `${CORPUS}/${target}`, "-i", OUT];
const { status, error } = spawnSync("npm", [...jazzer, ...fuzzed, "--", `-max_total_time=${seconds}`], {
  stdio: "inherit",
});
if (error !== undefined) console.error(`npm could not be run: ${error.message}`);
process.exit(status ?? 1);
