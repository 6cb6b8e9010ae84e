// `npm run record`: runs the demo and draws what it prints, line by line as it came, as docs/demo.svg: an animated terminal without a script,
// whole from the start for whoever wants no motion.
import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const FILE = "docs/demo.svg";
const LINE_HEIGHT = 16;
const CHAR_WIDTH = 7.23;
const PADDING = 16;
const TITLE_BAR = 30;

/** First match colours the line; the rest is plain. */
const COLOURS = [
  [/^EQUAL/, "good"],
  [/^NOT EQUAL|^FAILED/, "bad"],
  [/SIGTERM|hands off|resumes|interrupted/, "warn"],
  [/^\s*[\d.]+ s {2}starter/, "starter"],
  [/^\s*[\d.]+ s {2}worker/, "worker"],
  [/^\s*[\d.]+ s {2}source/, "source"],
  [/^ +(?:real|simulated|provoked|settings) |^ {13}/, "dim"],
];

const lines = await record();
writeFileSync(FILE, draw(lines));
console.log(`${FILE}: ${lines.length} lines, ${(lines.at(-1).at / 1000).toFixed(1)} s`);

/** @returns each line with the milliseconds after which it came */
async function record() {
  const child = spawn(process.execPath, ["dist/demo.cjs", ...process.argv.slice(2)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const began = performance.now();
  const found = [{ at: 0, text: "$ npm run demo" }];
  for await (const text of createInterface({ input: child.stdout }))
    found.push({ at: performance.now() - began, text });
  const code = child.exitCode ?? (await new Promise((resolve) => child.once("exit", resolve)));
  if (code !== 0) throw new Error(`the demo ended with exit code ${code}; ${FILE} is left as it was`);
  return found;
}

function draw(recorded) {
  const columns = Math.max(...recorded.map(({ text }) => [...text].length));
  const width = Math.ceil(columns * CHAR_WIDTH + 2 * PADDING);
  const height = TITLE_BAR + recorded.length * LINE_HEIGHT + PADDING;
  const rows = recorded.map(({ at, text }, index) => {
    const y = TITLE_BAR + (index + 1) * LINE_HEIGHT;
    const colour = COLOURS.find(([pattern]) => pattern.test(text))?.[1] ?? "plain";
    return `<text class="${colour}" x="${PADDING}" y="${y}" style="animation-delay:${(at / 1000).toFixed(2)}s">${escape(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" xml:space="preserve">
<title>What npm run demo prints: both buckets end equal</title>
<style>
text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre; animation: appear 0.01s both; }
@keyframes appear { from { opacity: 0; } to { opacity: 1; } }
@media (prefers-reduced-motion: reduce) { text { animation: none; } }
.plain { fill: #d6deeb; } .dim { fill: #8a94a6; } .source { fill: #7fdbca; } .starter { fill: #c792ea; }
.worker { fill: #82aaff; } .warn { fill: #ffcb6b; } .good { fill: #8bd649; font-weight: bold; } .bad { fill: #ff5874; }
</style>
<rect width="${width}" height="${height}" rx="8" fill="#0b1622"/>
<circle cx="18" cy="15" r="5" fill="#ff5f57"/><circle cx="35" cy="15" r="5" fill="#febc2e"/><circle cx="52" cy="15" r="5" fill="#28c840"/>
${rows.join("\n")}
</svg>
`;
}

function escape(text) {
  return text.replace(/[&<>]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[char]);
}
