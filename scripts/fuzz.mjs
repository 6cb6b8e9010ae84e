// `npm run fuzz -- TARGET [seconds]`: coverage-guided fuzzing (Jazzer.js) of one target of __tests__/fuzz/targets.ts, from its kept corpus.
// Jazzer.js is fetched when this is run: nobody else needs it. Inputs that reach new code are kept in __tests__/fuzz/found/TARGET.txt, one a line
// in base64: the next run begins with them, and every test run replays them. One that breaks something (crash-...) goes by hand into
// __tests__/fuzz/corpus/TARGET under a name that says what it is.
import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const CORPUS = "__tests__/fuzz/corpus";
const FOUND = "__tests__/fuzz/found";
const OUT = "dist/fuzz";
/** Longer ones show what shorter ones show, at a price for everybody who clones this. */
const MAX_KEPT_BYTES = 4096;
const JAZZER = "@jazzer.js/core@4.0.0";

const targets = readdirSync(CORPUS);
const [target = "", seconds = "60"] = process.argv.slice(2);
if (!targets.includes(target) || !/^[1-9]\d{0,4}$/.test(seconds)) {
  console.error(`usage: npm run fuzz -- ${targets.join("|")} [seconds]`);
  process.exit(2);
}

const work = `${OUT}/${target}`;
const kept = `${FOUND}/${target}.txt`;
unpack();
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
const fuzzed = [`${OUT}/${target}.cjs`, work, `${CORPUS}/${target}`, "-i", OUT];
const { status, error } = spawnSync("npm", [...jazzer, ...fuzzed, "--", `-max_total_time=${seconds}`], {
  stdio: "inherit",
});
pack();
if (error !== undefined) console.error(`npm could not be run: ${error.message}`);
process.exit(status ?? 1);

function unpack() {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  if (!existsSync(kept)) return;
  for (const line of readFileSync(kept, "utf8").split("\n").filter(Boolean)) {
    const input = Buffer.from(line, "base64");
    writeFileSync(`${work}/${createHash("sha1").update(input).digest("hex")}`, input);
  }
}

function pack() {
  const inputs = readdirSync(work).map((file) => readFileSync(`${work}/${file}`));
  const lines = inputs.filter(({ length }) => length <= MAX_KEPT_BYTES).map((input) => input.toString("base64"));
  mkdirSync(FOUND, { recursive: true });
  writeFileSync(
    kept,
    lines
      .sort()
      .map((line) => `${line}\n`)
      .join(""),
  );
}
