/**
 * `npm run facts`: runs the contract suites on the local cloud, stores what was held in docs/local-cloud.facts.json and makes the tables of
 * docs/local-cloud.md. With `--endpoint URL --name NAME --version V` the S3 facts on an emulator that runs there instead, as a column of its
 * own; credentials are taken from AWS_*. With `--page` only the page, from what is stored.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { isOperation } from "./operations";
import { columnOf, intoPage, tablesOf, type Column, type Results, type Run } from "./table";

const STORED = "docs/local-cloud.facts.json";
const PAGE = "docs/local-cloud.md";
const BUCKETS = {
  S3ES_CONTRACT_GENERAL: "facts-general",
  S3ES_CONTRACT_VERSIONED: "facts-versioned",
  S3ES_CONTRACT_DIRECTORY: "facts--use1-az4--x-s3",
};

/** Runs jest on these paths; facts that are not held are a result and no error. */
function runSuites(paths: readonly string[], environment: Readonly<Record<string, string>> = {}): Run[] {
  const scratch = mkdtempSync(join(tmpdir(), "facts-"));
  const file = join(scratch, "results.json");
  try {
    spawnSync(process.execPath, ["node_modules/.bin/jest", "--forceExit", "--json", "--outputFile", file, ...paths], {
      stdio: "ignore",
      env: { ...process.env, ...environment },
    });
    const { testResults } = JSON.parse(readFileSync(file, "utf8")) as {
      testResults: { name: string; assertionResults: { fullName: string; status: string }[] }[];
    };
    return testResults.flatMap(({ name, assertionResults }) =>
      assertionResults.map(({ fullName, status }) => ({ file: name, fullName, status })),
    );
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Where an emulator makes no directory bucket, a general purpose one stands in for it: facts about both kinds get their chance. */
const STAND_IN = "facts-stand-in";

/** The names for the suite's environment. A bucket that cannot be made fails the facts that need it. */
async function makeBuckets(endpoint: string): Promise<Record<string, string>> {
  const client = new S3Client({ endpoint, forcePathStyle: true, maxAttempts: 1, disableS3ExpressSessionAuth: true });
  const isMade = async (command: CreateBucketCommand): Promise<boolean> => {
    try {
      await client.send(command);
      return true;
    } catch (error) {
      const { name } = error as Error;
      console.error(`${command.input.Bucket ?? ""}: ${name}`);
      return name.startsWith("BucketAlready");
    }
  };
  const { S3ES_CONTRACT_GENERAL, S3ES_CONTRACT_VERSIONED, S3ES_CONTRACT_DIRECTORY } = BUCKETS;
  for (const Bucket of [S3ES_CONTRACT_GENERAL, S3ES_CONTRACT_VERSIONED, STAND_IN])
    await isMade(new CreateBucketCommand({ Bucket }));
  const versioning = { Bucket: S3ES_CONTRACT_VERSIONED, VersioningConfiguration: { Status: "Enabled" as const } };
  await client
    .send(new PutBucketVersioningCommand(versioning))
    .catch((error: unknown) => console.error(`versioning: ${(error as Error).name}`));
  const directory = new CreateBucketCommand({
    Bucket: S3ES_CONTRACT_DIRECTORY,
    CreateBucketConfiguration: {
      Location: { Type: "AvailabilityZone", Name: "use1-az4" },
      Bucket: { Type: "Directory", DataRedundancy: "SingleAvailabilityZone" },
    },
  });
  const hasDirectory = await isMade(directory);
  client.destroy();
  return { ...BUCKETS, ...(!hasDirectory && { S3ES_CONTRACT_DIRECTORY: STAND_IN }) };
}

async function measured(endpoint: string, name: string, version: string, date: string): Promise<Column> {
  const buckets = await makeBuckets(endpoint);
  const runs = runSuites(["__tests__/contracts/s3.aws.test.ts"], { S3ES_CONTRACT_ENDPOINT: endpoint, ...buckets });
  return columnOf(runs, { name, version, date }, endpoint);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      endpoint: { type: "string" },
      name: { type: "string" },
      version: { type: "string" },
      page: { type: "boolean" },
    },
  });
  const date = new Date().toISOString().slice(0, 10);
  let stored: Results = { local: { name: "local cloud", version: "", date, facts: {} }, others: [] };
  try {
    stored = JSON.parse(readFileSync(STORED, "utf8")) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const { endpoint, name, version = "" } = values;
  if (endpoint !== undefined) {
    if (name === undefined) throw new Error("--endpoint needs --name, the name of what runs there");
    const column = await measured(endpoint, name, version, date);
    stored = { ...stored, others: [...stored.others.filter((other) => other.name !== name), column] };
  } else if (values.page !== true) {
    const runs = runSuites(["__tests__/contracts"]);
    stored = { ...stored, local: columnOf(runs, { name: "local cloud", version: "", date }, "local cloud") };
  }
  writeFileSync(STORED, `${JSON.stringify(stored, undefined, 2)}\n`);
  writeFileSync(PAGE, intoPage(readFileSync(PAGE, "utf8"), tablesOf(stored, isOperation)));
  for (const { name: column, facts } of [stored.local, ...stored.others]) {
    const held = Object.values(facts).filter(Boolean).length;
    console.log(`${column}: ${held} of ${Object.keys(facts).length} facts`);
  }
}

void main();
