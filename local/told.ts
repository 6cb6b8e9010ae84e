/** What somebody who has started the local cloud is told: for programs as one JSON document, for people as text. */
import type { Cloud } from "./cloud";
import { EVENTS_QUEUE, type LocalSettings } from "./options";

/** With --json: one line, the first, once everything can be used. */
export interface Told {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** What a process needs in its environment to reach this cloud and nothing else. */
  readonly environment: Readonly<Record<string, string>>;
  /** All that are there, in the order of their names. */
  readonly buckets: readonly string[];
  /** The first general purpose bucket and the first directory bucket. */
  readonly source?: string;
  readonly destination?: string;
  /** The queue of events, when a bucket has any. */
  readonly queueUrl?: string;
  /** Where buckets and objects are kept; missing when they are not. */
  readonly directory?: string;
  readonly requestLogFile?: string;
  readonly seed: number;
}

export function told(cloud: Cloud, settings: LocalSettings): Told {
  const buckets = cloud.s3.buckets();
  const source = buckets.find((name) => !isDirectory(name));
  const destination = buckets.find(isDirectory);
  const queue = cloud.sqs.queues().find(({ name }) => name === EVENTS_QUEUE);
  const { directory, requestLogFile } = settings;
  return {
    endpoint: cloud.endpoint,
    environment: cloud.environmentFor("operator"),
    buckets,
    ...(source !== undefined && { source }),
    ...(destination !== undefined && { destination }),
    ...(queue !== undefined && { queueUrl: queue.url }),
    ...(directory !== undefined && { directory }),
    ...(requestLogFile !== undefined && { requestLogFile }),
    seed: cloud.seed,
  };
}

/** What there is and what to try. The first line is the sign that everything can be used. */
export function greeting(told: Told): string {
  const { endpoint, environment, buckets, queueUrl, directory, requestLogFile } = told;
  const exports = Object.entries(environment).map(([name, value]) => `  export ${name}=${value}`);
  const more = [
    ...(queueUrl === undefined ? [] : [`Events       ${queueUrl}`]),
    ...(directory === undefined ? [] : [`Directory    ${directory}`]),
    ...(requestLogFile === undefined ? [] : [`Requests     ${requestLogFile}`]),
  ];
  const [first, ...others] = buckets;
  return `Local cloud: ${endpoint}   (Ctrl-C ends it)

Services     S3 (general purpose and directory buckets), SQS, ECS, Lambda, EventBridge rules, CloudWatch Logs and metrics,
             to be read: EC2 networks, Service Quotas, KMS keys, STS
Buckets      ${[first ?? "none yet", ...others].join("\n             ")}
${more.map((line) => `${line}\n`).join("")}Control      ${endpoint}/_cloud/health, /_cloud/requests, /_cloud/faults, /_cloud/delivery, ...: docs/local-cloud.md

Credentials, ready to paste:
${exports.join("\n")}

${tries(told).join("\n")}
`;
}

const HEADS = [
  "Nothing to try without a bucket: see --bucket",
  "One thing to try:",
  "Two things to try:",
  "Three things to try:",
];

function tries({ buckets: [any], source, queueUrl }: Told): string[] {
  const bucket = source ?? any;
  if (bucket === undefined) return [HEADS[0] ?? ""];
  const lines = [
    `  aws s3 cp /etc/hostname s3://${bucket}/first.txt`,
    ...(queueUrl === undefined ? [] : [`  aws sqs receive-message --queue-url ${queueUrl} --wait-time-seconds 5`]),
    `  node -e 'const {S3Client, ListObjectsV2Command: L} = require("@aws-sdk/client-s3"); new S3Client({}).send(new L({Bucket: "${bucket}"})).then((r) => console.log(r.Contents))'`,
  ];
  return [HEADS[lines.length] ?? "", ...lines];
}

/** By its name, as for S3 itself. UG directory-bucket-naming-rules. */
function isDirectory(name: string): boolean {
  return name.endsWith("--x-s3");
}
