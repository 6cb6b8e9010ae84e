/** `npm run local`: the local cloud for people, until Ctrl-C. Exit codes: 0 ended by a signal, 1 it could not start, 2 bad usage. */
import { parseArgs } from "node:util";
import { startCloud, type Cloud } from "./cloud";

const USAGE = `usage: npm run local -- [--port N] [--directory PATH] [--seed N]

  --port N          listen on 127.0.0.1:N (default 4566; 0 = any free port)
  --directory PATH  store objects there; they are removed at the end (default: a temporary directory)
  --seed N          makes ids and orders repeatable (default 1)
`;

interface Settings {
  readonly port: number;
  readonly seed: number;
  readonly directory: string | undefined;
}

/** @throws Error that says which option is wrong */
function readSettings(args: readonly string[]): Settings | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string" },
      directory: { type: "string" },
      seed: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) return "help";
  return {
    port: wholeNumber("--port", values.port ?? "4566", 65_535),
    seed: wholeNumber("--seed", values.seed ?? "1", 2 ** 31),
    directory: values.directory,
  };
}

function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most)
    throw new Error(`${option} must be a whole number from 0 to ${most}, not "${text}"`);
  return value;
}

interface Example {
  readonly source: string;
  readonly destination: string;
  readonly queueUrl: string;
}

/** A source bucket whose events go to a queue, and a directory bucket beside it. */
async function furnish(cloud: Cloud): Promise<Example> {
  const [source, destination] = ["local-source", "local-destination--eun1-az1--x-s3"];
  cloud.s3.createBucket(source);
  cloud.s3.createBucket(destination);
  const queue = cloud.sqs.createQueue("local-events");
  await cloud.setNotification(source, [{ queueArn: queue.arn, events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"] }]);
  queue.purge();
  return { source, destination, queueUrl: queue.url };
}

function greeting(cloud: Cloud, example: Example): string {
  const environment = Object.entries(cloud.environmentFor("operator"))
    .map(([name, value]) => `  export ${name}=${value}`)
    .join("\n");
  return `Local cloud: ${cloud.endpoint}   (Ctrl-C ends it)

Services     S3 (general purpose and directory buckets), SQS, ECS, Lambda, EventBridge rules
Buckets      ${example.source} -> events -> ${example.queueUrl}
             ${example.destination}
Control      ${cloud.endpoint}/_cloud/health, /_cloud/requests, /_cloud/faults, /_cloud/tasks, /_cloud/queues

Credentials, ready to paste:
${environment}

Three things to try:
  aws s3 cp /etc/hostname s3://${example.source}/first.txt
  aws sqs receive-message --queue-url ${example.queueUrl} --wait-time-seconds 5
  node -e 'const {S3Client, ListObjectsV2Command: L} = require("@aws-sdk/client-s3"); new S3Client({}).send(new L({Bucket: "${example.source}"})).then((r) => console.log(r.Contents))'
`;
}

/** Resolves with the first signal; further ones change nothing, for closing is under way (npm passes on what the terminal has sent already). */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
}

/** `npm run local | head -3`: a cloud is no less useful because nobody reads on. */
function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

async function main(): Promise<number> {
  let settings: Settings | "help";
  try {
    settings = readSettings(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (settings === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  const { directory, ...rest } = settings;
  // From the first file on: what is made must be removed again.
  const end = interrupted();
  ignoreClosedOutput();
  let cloud: Cloud;
  try {
    cloud = await startCloud({ ...rest, ...(directory !== undefined && { directory }) });
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      isTaken ? `Port ${settings.port} is in use. Choose another with --port, or --port 0.\n` : `${reason}\n`,
    );
    return 1;
  }
  process.stdout.write(greeting(cloud, await furnish(cloud)));
  await end;
  process.stdout.write("\nClosing.\n");
  await cloud.close();
  return 0;
}

void main().then((code) => {
  process.exitCode = code;
});
