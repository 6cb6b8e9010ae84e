/** The page's examples, as they stand on it: against one cloud, each with its own client. A tool that is not installed is skipped by name. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startCloud, type Cloud } from "../../../local";

jest.setTimeout(120_000);

const page = readFileSync("docs/local-cloud.md", "utf8");
const DIRECTORY = "fast--use1-az4--x-s3";

function example(name: string): string {
  const found = new RegExp(`<!-- runs: ${name} -->\\s+\`\`\`\\w+\\n([^]*?)\`\`\``).exec(page)?.[1];
  if (found === undefined) throw new Error(`docs/local-cloud.md has no example that runs as ${name}`);
  return found;
}

let temp: string;
let cloud: Cloud;
beforeAll(async () => {
  temp = mkdtempSync(join(tmpdir(), "examples-test-"));
  symlinkSync(resolve("node_modules"), join(temp, "node_modules"));
  cloud = await startCloud({ region: "us-east-1", buckets: ["plain", DIRECTORY] });
});
afterAll(async () => {
  await cloud.close();
  rmSync(temp, { recursive: true });
});

/** Asynchronously: the cloud that answers is in this process. */
function run(program: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, {
    cwd: temp,
    env: { PATH: process.env["PATH"], HOME: temp, ...cloud.environmentFor("operator") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((done) => child.once("close", (code) => done({ code, output })));
}

const has = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: "ignore" }).status === 0;
const testWhere = (isThere: boolean, name: string) =>
  (isThere ? test : test.skip)(isThere ? name : `${name}: skipped, it is not installed`, async () => {
    await CHECKS[name]!();
  });

const keys = (bucket: string) => cloud.s3.list(bucket).map(({ key }) => key);

const CHECKS: Readonly<Record<string, () => Promise<void>>> = {
  "@aws-sdk/client-s3": async () => {
    writeFileSync(join(temp, "example.cjs"), example("js"));
    const { code, output } = await run(process.execPath, ["example.cjs"]);
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining("js.txt EXPRESS_ONEZONE") as unknown,
    });
    for (const bucket of ["plain", DIRECTORY]) expect(keys(bucket)).toContain("reports/js.txt");
  },
  boto3: async () => {
    writeFileSync(join(temp, "example.py"), example("python"));
    expect(await run("python3", ["example.py"])).toMatchObject({ code: 0 });
    for (const bucket of ["plain", DIRECTORY])
      expect(cloud.s3.head(bucket, "reports/one.txt")!.metadata).toEqual({ "made-by": "boto3" });
    expect(
      cloud.log.entries({ operation: "PutObject", resource: DIRECTORY }).every(({ status }) => status === 200),
    ).toBe(true);
  },
  "AWS CLI": async () => {
    const { code, output } = await run("bash", ["-ec", example("aws")]);
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining('"EXPRESS_ONEZONE"') as unknown,
    });
    for (const bucket of ["plain", DIRECTORY]) expect(keys(bucket)).toContain("dir/first.txt");
  },
};

testWhere(true, "@aws-sdk/client-s3");
testWhere(has("python3", "-c", "import boto3"), "boto3");
testWhere(has("aws", "--version"), "AWS CLI");

test("the example of a test with jest passes", async () => {
  writeFileSync(join(temp, "example.test.ts"), example("jest"));
  const config = {
    rootDir: temp,
    testEnvironment: "node",
    transform: {
      "^.+\\.ts$": [resolve("node_modules/ts-jest"), { diagnostics: false, tsconfig: resolve("tsconfig.json") }],
    },
    moduleNameMapper: { "^s3-express-sync/local$": resolve("local/index.ts") },
    modulePaths: [resolve("node_modules")],
  };
  const { code, output } = await run(process.execPath, [
    resolve("node_modules/jest/bin/jest.js"),
    "--config",
    JSON.stringify(config),
  ]);
  expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining("2 passed") as unknown });
});
