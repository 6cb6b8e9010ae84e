/**
 * The package in the hands of somebody else: `npm pack`, installed in an empty folder beside a program of its own (examples/component),
 * which is compiled, run and has its starter serialised there. What is missing in the tarball is missing here.
 */
import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { makeStarter } from "../../functions/starter";
import { hashOf } from "../../infra/image-sources";
import { type AwsStub, queueOf, startAwsStub, stubEnvironment } from "../functions/aws-stub";
import { fakeEcs } from "../functions/fake-ecs";
import { runProgram } from "../support/pulumi-program";

const MINUTE = 60_000;
const EVENT = { time: "2026-04-01T12:00:00Z" };
const node = promisify(execFile);

interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}
interface Run {
  readonly resources: readonly Recorded[];
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly archive: readonly string[];
}

let home: string;
let folder: string;
let ran: Run;

async function record(): Promise<Run> {
  const env = { PATH: process.env["PATH"], HOME: home };
  const options = { cwd: folder, env, maxBuffer: 16 * 1024 * 1024 };
  const { stdout } = await node(process.execPath, ["record.cjs"], options);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Run;
}

beforeAll(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "s3es-package-")));
  folder = join(home, "program");
  await node(process.execPath, ["scripts/second-program.mjs", folder]);
  // With the types that are in the package, and none of ours.
  await node(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."], { cwd: folder });
  cpSync("__tests__/package/record.cjs", join(folder, "record.cjs"));
  ran = await record();
}, 5 * MINUTE);
afterAll(() => rmSync(home, { recursive: true }));

it("makes the same resources as this repository's program", async () => {
  const ours = await runProgram({ prefix: "models/", tags: '{"team":"storage"}', namePrefix: "models-sync-test" });
  const kinds = (resources: readonly { readonly type: string; readonly name: string }[]): readonly string[] =>
    resources
      .filter(({ type }) => !/^(pulumi:|s3-express-sync:)/.test(type))
      .map(({ type, name }) => `${type} ${name.slice(name.indexOf("-"))}`)
      .sort();
  expect(kinds(ran.resources)).toEqual(kinds(ours.resources));
  expect(ran.resources.map(({ name }) => name)).toContain("models-queue");
  // No aws:region in its configuration: the component's own provider.
  expect(ran.resources.find(({ type }) => type === "pulumi:providers:aws")).toMatchObject({
    name: "models-aws",
    inputs: { region: "eu-north-1" },
  });
  expect(ran.outputs).toMatchObject({
    sourceBucket: "models-sync-test-source-123456789012",
    system: { queueUrl: expect.stringMatching(/models-sync-test-q$/) as string, prefix: "models/" },
  });
});

it("builds the worker's image from the package's bundles", () => {
  const image = ran.resources.find(({ type }) => type === "awsx:ecr:Image")!;
  const root = "node_modules/s3-express-sync";
  expect(image.inputs).toMatchObject({
    context: root,
    dockerfile: `${root}/Dockerfile.package`,
    imageTag: hashOf(join(folder, root), ["Dockerfile.package", "dist/cli.cjs", "dist/worker.cjs"]),
  });
});

it("captures the starter by value: its text requires the SDK and nothing of this package", () => {
  expect([...new Set(ran.text.match(/require\("[^"]*"\)/g))].sort()).toEqual([
    'require("@aws-sdk/client-ecs/dist-cjs/index.js")',
    'require("@aws-sdk/client-sqs/dist-cjs/index.js")',
    'require("crypto")',
  ]);
  expect(ran.text.length).toBeLessThan(64 * 1024);
  for (const path of [folder, process.cwd(), homedir(), "file://"]) expect(ran.text).not.toContain(path);
});

it("packs the SDK clients the starter needs, and neither this package nor its worker's", () => {
  expect(ran.archive).toContain("node_modules/@aws-sdk/client-ecs");
  expect(ran.archive).toContain("node_modules/@aws-sdk/client-sqs");
  expect(ran.archive.filter((name) => /s3-express-sync|client-s3|pino|@pulumi/.test(name))).toEqual([]);
  for (const name of ran.archive) expect(name).toMatch(/^(__index\.js|node_modules\/[^.].*)$/);
});

/** What Lambda gets, in a folder of its own. */
function unpack({ text, archive }: Run): string {
  const lambda = mkdtempSync(join(home, "lambda-"));
  writeFileSync(join(lambda, "__index.js"), text);
  for (const name of archive.filter((one) => one !== "__index.js")) {
    mkdirSync(dirname(join(lambda, name)), { recursive: true });
    cpSync(join(folder, name), join(lambda, name), { recursive: true });
  }
  return lambda;
}

async function inStub<T>(run: (environment: Record<string, string>) => Promise<T>): Promise<[T, AwsStub["calls"]]> {
  const stub = await startAwsStub({ ...fakeEcs(() => Date.now()).answers, GetQueueAttributes: queueOf(7) });
  try {
    return [await run(stubEnvironment(stub, { MAX_WORKERS: "5" })), stub.calls];
  } finally {
    await stub.close();
  }
}

async function launchesAsOurs(run: Run): Promise<void> {
  const script =
    'require("./__index.js").handler(JSON.parse(process.argv[1])).then((result) => console.log(JSON.stringify(result)));';
  const lambda = unpack(run);
  const [theirs, calls] = await inStub(async (env) => {
    const { stdout } = await node(process.execPath, ["-e", script, JSON.stringify(EVENT)], { cwd: lambda, env });
    return JSON.parse(stdout.trim().split("\n").at(-1)!) as unknown;
  });
  const [ours, expected] = await inStub(async (environment) => {
    const before = process.env;
    process.env = environment;
    try {
      return await makeStarter()(EVENT);
    } finally {
      process.env = before;
    }
  });
  expect(theirs).toEqual(ours);
  expect(theirs).toMatchObject({ launched: 5 });
  expect(calls.map(({ operation }) => operation)).toEqual(expected.map(({ operation }) => operation));
}

it(
  "the serialised starter does what ours does, with the packed packages alone",
  async () => {
    await launchesAsOurs(ran);
  },
  MINUTE,
);

it(
  "also where the program has another version of an SDK client, and ours lies inside the package",
  async () => {
    const [outer, inner] = [
      join(folder, "node_modules/@aws-sdk/client-ecs"),
      "node_modules/s3-express-sync/node_modules",
    ];
    cpSync(outer, join(folder, inner, "@aws-sdk/client-ecs"), { recursive: true });
    const nested = await record();
    expect(nested.text).toContain('require("s3-express-sync/node_modules/@aws-sdk/client-ecs/dist-cjs/index.js")');
    expect(nested.archive).toContain(`${inner}/@aws-sdk/client-ecs`);
    await launchesAsOurs(nested);
  },
  MINUTE,
);

describe("the local cloud of the package", () => {
  /** Options on the command line, so that no tsconfig.json of ours helps. */
  const compile = (...args: readonly string[]): Promise<unknown> =>
    node(
      process.execPath,
      [
        "node_modules/typescript/bin/tsc",
        ...["--ignoreConfig", "--strict", "--skipLibCheck", "--target", "ES2022", "--types", "node"],
        ...args,
      ],
      { cwd: folder },
    );

  beforeAll(async () => {
    for (const name of ["consumer.ts", "as-esm.mts", "as-commonjs.cts"])
      cpSync("__tests__/package/consumer/consumer.ts", join(folder, name));
    await compile("--module", "node16", "as-esm.mts", "as-commonjs.cts");
  }, MINUTE);

  it.each([
    ["node10, which knows no `exports`", ["--module", "commonjs", "--moduleResolution", "node10"]],
    ["bundler", ["--module", "esnext", "--moduleResolution", "bundler"]],
  ])(
    "has its types with resolution %s",
    async (_name, options) => {
      await compile("--noEmit", "--ignoreDeprecations", "6.0", ...options, "consumer.ts");
    },
    MINUTE,
  );

  it.each(["as-esm.mjs", "as-commonjs.cjs"])("starts, serves the SDK and ends with its program %s", async (program) => {
    const env = { PATH: process.env["PATH"], HOME: home, TMPDIR: mkdtempSync(join(home, "tmp-")) };
    const { stdout } = await node(process.execPath, [program], { cwd: folder, env, timeout: MINUTE / 2 });
    expect(JSON.parse(stdout)).toEqual({
      read: ["hello plain", "hello fast--use1-az4--x-s3"],
      puts: [503, 200, 200],
    });
    expect(readdirSync(env.TMPDIR)).toEqual([]);
  });
});

it("has the example the page shows", () => {
  const page = readFileSync("docs/component.md", "utf8");
  for (const file of readdirSync("examples/component")) {
    expect(page).toContain(readFileSync(resolve("examples/component", file), "utf8").trimEnd());
  }
});
