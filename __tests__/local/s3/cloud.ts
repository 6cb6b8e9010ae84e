/** The simulated S3 behind the real HTTP front, for tests: started with `withS3`, gone afterwards. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { Faults } from "../../../local/http/faults";
import { Front } from "../../../local/http/front";
import { Principals } from "../../../local/http/principals";
import { seededRandom } from "../../../local/http/random";
import { RequestLog } from "../../../local/http/request-log";
import { makeS3, type S3, type S3Options } from "../../../local/s3";

export const REGION = "eu-north-1";
export const QUEUE_ARN = "arn:aws:sqs:eu-north-1:123456789012:events";

export interface TestS3 {
  readonly s3: S3;
  readonly admin: S3["admin"];
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly endpoint: string;
  /** What was delivered to the queue, parsed. */
  readonly messages: unknown[];
  /** What went to EventBridge. */
  readonly eventBridge: unknown[];
  client(principal?: "worker" | "operator", config?: S3ClientConfig): S3Client;
  /** Files that blobs occupy. */
  blobFiles(): Promise<string[]>;
  close(): Promise<void>;
}

export async function startS3(options: Partial<S3Options> = {}): Promise<TestS3> {
  const directory = await mkdtemp(join(tmpdir(), "s3es-local-s3-"));
  const random = options.random ?? seededRandom(1);
  const messages: unknown[] = [];
  const eventBridge: unknown[] = [];
  const s3 = makeS3({
    directory,
    region: REGION,
    accountId: "123456789012",
    random,
    deliver: (queueArn, body) => {
      if (queueArn !== QUEUE_ARN) throw new Error(`no queue ${queueArn}`);
      messages.push(JSON.parse(body));
    },
    deliverToEventBridge: (event) => void eventBridge.push(event),
    ...options,
  });
  const principals = new Principals(
    ["worker", "operator"].map((name) => ({ name, accessKeyId: `AKIA${name}`, secretAccessKey: `secret of ${name}` })),
  );
  const log = new RequestLog();
  const faults = new Faults(random);
  const front = new Front({ principals, log, faults, random });
  front.add(s3);
  const endpoint = await front.listen();
  const clients: S3Client[] = [];
  return {
    s3,
    admin: s3.admin,
    log,
    faults,
    endpoint,
    messages,
    eventBridge,
    client(principal = "worker", config = {}) {
      const client = new S3Client({
        region: REGION,
        endpoint,
        forcePathStyle: true,
        maxAttempts: 1,
        credentials: { accessKeyId: `AKIA${principal}`, secretAccessKey: `secret of ${principal}` },
        ...config,
      });
      clients.push(client);
      return client;
    },
    blobFiles: () => readdir(join(directory, "s3")).catch(() => []),
    async close() {
      for (const client of clients) client.destroy();
      await front.close();
      await s3.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
