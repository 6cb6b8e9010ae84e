/** The local cloud for people: started, furnished with an example, there until it is told to end. */
import { startCloud, type Cloud } from "./cloud";
import type { LocalSettings } from "./options";

export interface LocalIo {
  /** Told once, when everything can be used. */
  readonly ready: (cloud: Cloud, example: Example) => void;
  readonly closing: () => void;
  /** Why it could not start. */
  readonly failed: (reason: string) => void;
}

/** What a person finds in it. */
export interface Example {
  readonly source: string;
  readonly destination: string;
  readonly queueUrl: string;
}

/** Resolves to the exit code once `end` has: 0, or 1 when it could not start. Nothing is left behind in both cases. */
export async function runLocal(settings: LocalSettings, io: LocalIo, end: Promise<void>): Promise<0 | 1> {
  let cloud: Cloud;
  try {
    cloud = await startCloud(settings);
  } catch (error) {
    io.failed(whyNot(error, settings.port));
    return 1;
  }
  try {
    io.ready(cloud, await furnish(cloud));
    await end;
    io.closing();
  } finally {
    await cloud.close();
  }
  return 0;
}

/** What there is and what to try, as text for people. */
export function greeting(cloud: Cloud, example: Example): string {
  const environment = Object.entries(cloud.environmentFor("operator"))
    .map(([name, value]) => `  export ${name}=${value}`)
    .join("\n");
  return `Local cloud: ${cloud.endpoint}   (Ctrl-C ends it)

Services     S3 (general purpose and directory buckets), SQS, ECS, Lambda, EventBridge rules, CloudWatch Logs and metrics,
             to be read: EC2 networks, Service Quotas, KMS keys, STS
Buckets      ${example.source} -> events -> ${example.queueUrl}
             ${example.destination}
Control      ${cloud.endpoint}/_cloud/health, /_cloud/requests, /_cloud/faults, /_cloud/delivery, ...: docs/local-cloud.md

Credentials, ready to paste:
${environment}

Three things to try:
  aws s3 cp /etc/hostname s3://${example.source}/first.txt
  aws sqs receive-message --queue-url ${example.queueUrl} --wait-time-seconds 5
  node -e 'const {S3Client, ListObjectsV2Command: L} = require("@aws-sdk/client-s3"); new S3Client({}).send(new L({Bucket: "${example.source}"})).then((r) => console.log(r.Contents))'
`;
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

function whyNot(error: unknown, port: number): string {
  const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
  if (isTaken) return `Port ${port} is in use. Choose another with --port, or --port 0.`;
  return error instanceof Error ? error.message : String(error);
}
