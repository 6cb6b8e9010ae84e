/** The lint rules that keep the architecture: each violation is really refused, by the rule that is meant for it. */
import { execFileSync } from "node:child_process";

/** A file, the text it is given instead, and the rule that must refuse it. */
const VIOLATIONS: readonly (readonly [file: string, text: string, rule: string])[] = [
  ["core/bounds.ts", 'import { readFileSync } from "fs"; export const f = readFileSync;', "no-restricted-imports"],
  ["core/bounds.ts", 'import { readFileSync } from "node:fs"; export const f = readFileSync;', "no-restricted-imports"],
  [
    "core/bounds.ts",
    'import { runWorker } from "../worker/worker"; export const f = runWorker;',
    "no-restricted-imports",
  ],
  ["core/bounds.ts", 'export const f = () => import("../worker/worker");', "no-restricted-syntax"],
  ["core/bounds.ts", 'export type T = import("../worker/worker").WorkerDeps;', "no-restricted-syntax"],
  ["core/bounds.ts", 'import { Command } from "commander"; export const f = Command;', "no-restricted-imports"],
  ["core/bounds.ts", 'import { sqs } from "@pulumi/aws"; export const f = sqs;', "no-restricted-imports"],
  ["core/bounds.ts", 'export const f = (): unknown => require("fs");', "no-restricted-globals"],
  ["core/bounds.ts", "export const f = () => new Date();", "no-restricted-syntax"],
  ["core/bounds.ts", "export const f = () => Date();", "no-restricted-syntax"],
  ["core/bounds.ts", "export const f = () => Math.random();", "no-restricted-properties"],
  ["core/bounds.ts", "export const f = (run: () => void) => void setImmediate(run);", "no-restricted-globals"],
  ["core/bounds.ts", "export const f = { a: { b: new Map() } };", "no-restricted-syntax"],
  ["core/bounds.ts", "export class C {}", "no-restricted-syntax"],
  ["core/bounds.ts", "export const f = () => globalThis.process;", "no-restricted-globals"],
  ["core/bounds.ts", "export const f = () => crypto.randomUUID();", "no-restricted-globals"],
  ["core/bounds.ts", "export const f = () => Date.now();", "no-restricted-properties"],
  ["functions/starter.ts", "export const f = [new Set()];", "no-restricted-syntax"],
  ["functions/starter.ts", "export const f = { a: { b: new Map() } };", "no-restricted-syntax"],
  ["functions/starter.ts", "export class C {}", "no-restricted-syntax"],
  ["functions/starter.ts", 'export const f = () => import("../worker/worker");', "no-restricted-syntax"],
  ["functions/starter.ts", 'export type T = import("../worker/worker").WorkerDeps;', "no-restricted-syntax"],
  ["functions/starter.ts", 'import { sqs } from "@pulumi/aws"; export const f = sqs;', "no-restricted-imports"],
  ...["aws/agents.ts", "cli/local.ts", "cli/main.ts", "local/cloud.ts", "worker/clock.ts"].map(
    (file) => [file, 'import { sqs } from "@pulumi/aws"; export const f = sqs;', "no-restricted-imports"] as const,
  ),
  ["aws/agents.ts", 'export const f = () => import("../worker/worker");', "no-restricted-syntax"],
  ["aws/agents.ts", 'export type T = import("../worker/worker").WorkerDeps;', "no-restricted-syntax"],
  [
    "cli/local.ts",
    'import { runChaos } from "../lab/chaos/process/run"; export const f = runChaos;',
    "no-restricted-imports",
  ],
  ["cli/main.ts", 'import { startCloud } from "../local/cloud"; export const f = startCloud;', "no-restricted-imports"],
  [
    "aws/agents.ts",
    'import { runWorker } from "../worker/worker"; export const f = runWorker;',
    "no-restricted-imports",
  ],
  [
    "worker/clock.ts",
    'import { S3Client } from "@aws-sdk/client-s3"; export const f = S3Client;',
    "no-restricted-imports",
  ],
  [
    "worker/clock.ts",
    'import { startCloud } from "../local/cloud"; export const f = startCloud;',
    "no-restricted-imports",
  ],
  [
    "worker/clock.ts",
    'import { makeClock } from "../__tests__/support/worker-clock"; export const f = makeClock;',
    "no-restricted-imports",
  ],
  ["local/s3/buckets.ts", 'export const f = (kind: string) => kind === "directory";', "no-restricted-syntax"],
  [
    "local/cloud.ts",
    'import { S3Client } from "@aws-sdk/client-s3"; export const f = S3Client;',
    "no-restricted-imports",
  ],
  ["local/cloud.ts", 'import { MIB } from "../core/parts"; export const f = MIB;', "no-restricted-imports"],
  ["lab/sim/time.ts", 'import { sqs } from "@pulumi/aws"; export const f = sqs;', "no-restricted-imports"],
  [
    "infra/arns.ts",
    'import { runWorker } from "../worker/worker"; export const f = runWorker;',
    "no-restricted-imports",
  ],
];

/** Nothing of the above: a date made from a value, and a Map inside a function. */
const ALLOWED = "export const f = (ms: number): unknown[] => [new Date(ms), new Map()];";

const SCRIPT = `
  import { ESLint } from "eslint";
  import tseslint from "typescript-eslint";
  // None of these rules asks for types, which would take a minute to make.
  const eslint = new ESLint({ overrideConfig: tseslint.configs.disableTypeChecked });
  const cases = JSON.parse(process.argv[1]);
  const rules = [];
  for (const [filePath, text] of cases) {
    const [result] = await eslint.lintText(text, { filePath });
    rules.push(result.messages.map((message) => message.ruleId));
  }
  console.log(JSON.stringify(rules));
`;

let found: string[][] = [];
beforeAll(() => {
  const cases = [...VIOLATIONS.map(([file, text]) => [file, text]), ["core/bounds.ts", ALLOWED]];
  const arguments_ = ["--input-type=module", "-e", SCRIPT, JSON.stringify(cases)];
  found = JSON.parse(execFileSync(process.execPath, arguments_, { encoding: "utf8" })) as string[][];
}, 120_000);

it.each(VIOLATIONS.map((violation, index) => [index, ...violation] as const))("%d: in %s: %s", (index, _, __, rule) => {
  expect(found[index]).toContain(rule);
});

it("what is pure and serialisable passes", () => {
  expect(found.at(-1)).toEqual([]);
});
