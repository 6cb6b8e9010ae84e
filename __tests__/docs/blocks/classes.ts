/**
 * What becomes of each block of code in the documents: it is run here, it is run by another test, or it cannot be run, and why. A block that none of
 * these rules knows fails classes.test.ts, and so does a rule that no block needs.
 */

export type CommandClass =
  /** By run.test.ts, on the local cloud. */
  | { readonly is: "run" }
  /** By the test of that file. */
  | { readonly is: "elsewhere"; readonly by: string }
  | { readonly is: "not-run"; readonly because: string };

interface Rule {
  readonly file?: string;
  readonly matches: RegExp;
  readonly then: CommandClass;
}

const RUN: CommandClass = { is: "run" };
const by = (file: string): CommandClass => ({ is: "elsewhere", by: `__tests__/${file}` });
const notRun = (because: string): CommandClass => ({ is: "not-run", because });

/** The first that matches counts. */
export const COMMAND_RULES: readonly Rule[] = [
  { file: "docs/unproven.md", matches: /./, then: notRun("it needs an AWS account: that is what the page is about") },
  { matches: /^s3-express-sync verify --deep --repair --wait$/, then: by("cli/verbs/verify-wait.test.ts") },
  { matches: /^(?:npx )?s3-express-sync /, then: RUN },
  { matches: /^pulumi stack output --json > /, then: RUN },
  { matches: /^echo .*\| aws s3 cp|^aws s3 ls/, then: RUN },
  { matches: /^npm run local /, then: RUN },
  { matches: /^curl .*\/_cloud\//, then: by("local/cloud/docs.test.ts") },
  { matches: /^npm ci && npm run demo$/, then: by("demo/run.test.ts") },
  { matches: /^npm ci && npm (?:test|run check)$/, then: notRun("it would run this test again") },
  { matches: /^npm ci$/, then: notRun("it installs into this checkout, while tests run in it") },
  { matches: /^npm ci && npm pack$/, then: by("package/second-program.test.ts") },
  { matches: /^npm install \.\/s3-express-sync/, then: by("package/second-program.test.ts") },
  { matches: /^npm run --silent forecast -- validate$/, then: by("forecast/validate.test.ts") },
  { matches: /^npm run --silent forecast -- /, then: by("forecast/page.test.ts") },
  { matches: /^npm run chaos -- /, then: notRun("each takes minutes; CI runs a short one. Their options are parsed") },
  {
    matches: /^pulumi (?:config set|preview|up|destroy)\b|^npm ci && pulumi |^pulumi stack init/,
    then: notRun("it needs Pulumi's engine and an account; the names of settings are checked by pages.test.ts"),
  },
  {
    matches: /^pulumi stack output operatorPolicy|^aws iam /,
    then: notRun("it makes an IAM policy; the local cloud has no IAM"),
  },
  { matches: /^docker build /, then: notRun("it needs Docker and a container registry") },
];

/** Blocks that nobody types, by their first line. */
export const TEXT_RULES: readonly { readonly file: string; readonly first: RegExp; readonly is: string }[] = [
  { file: "docs/operations.md", first: /^AccessDeniedException/, is: "what an answer looks like" },
  { file: "docs/operations.md", first: /^1 key enqueued/, is: "what `verify --repair` adds" },
  { file: "docs/architecture.md", first: /^repeat\n/, is: "pseudo-code" },
  { file: "docs/reliability.md", first: /^seed 1 +ok/, is: "what the commands above it print" },
  { file: "docs/reliability.md", first: /^4 interruptions each/, is: "what a command above it prints" },
];

/** Blocks with a comment `<!-- runs: NAME -->` above them. */
export const RUN_BY_NAME: Readonly<Record<string, string>> = {
  jest: "__tests__/local/cloud/examples.test.ts",
  js: "__tests__/local/cloud/examples.test.ts",
  python: "__tests__/local/cloud/examples.test.ts",
  aws: "__tests__/local/cloud/examples.test.ts",
};

export function ruleOf({ file, text }: { readonly file: string; readonly text: string }): Rule | undefined {
  return COMMAND_RULES.find((rule) => (rule.file ?? file) === file && rule.matches.test(text));
}
