/**
 * What the contract suites run against: the local cloud, or a real AWS account. A suite states one behaviour of S3 per test, with the AWS page
 * it comes from ("UG x": page x of the S3 User Guide; "API X": page of the operation in the S3 API Reference).
 */
import { randomUUID } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";

export interface S3Target {
  /** Shown in the names of the tests. */
  readonly name: string;
  start(): Promise<S3TargetRun>;
}

/** Buckets that the suites may write to, below prefixes of their own, and clients with `maxAttempts: 1`. */
export interface S3TargetRun {
  /** Signs with plain credentials everywhere (`disableS3ExpressSessionAuth`). */
  readonly plain: S3Client;
  /** The SDK's defaults: sessions for directory buckets. */
  readonly withSessions: S3Client;
  /** Another client of the same account. */
  client(config: S3ClientConfig): S3Client;
  /** General purpose, without versioning. */
  readonly general: string;
  /** General purpose, versioning enabled. */
  readonly versioned: string;
  readonly directory: string;
  stop(): Promise<void>;
}

export interface Place {
  readonly client: S3Client;
  readonly bucket: string;
}

/** Starts the target before a suite's tests and cleans up what the suite wrote. */
export function useTarget(target: S3Target): () => S3TargetRun & { readonly prefix: string } {
  const prefix = `contract-${randomUUID().slice(0, 8)}/`;
  let run: S3TargetRun | undefined;
  beforeAll(async () => {
    run = await target.start();
  });
  afterAll(async () => {
    if (run === undefined) return;
    for (const bucket of [run.general, run.versioned, run.directory]) await clean(run, bucket, prefix);
    await run.stop();
  });
  return () => {
    if (run === undefined) throw new Error("the target did not start");
    return { ...run, prefix };
  };
}

/** The error's name and status: what a client can decide on. Fails when there is no error. */
export async function refusal(attempt: Promise<unknown>): Promise<{ name: string; status: number | undefined }> {
  try {
    await attempt;
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } };
    return { name, status: $metadata?.httpStatusCode };
  }
  throw new Error("expected the request to be refused, but it succeeded");
}

/** PutObject, answering the ETag. */
export async function put(
  { client, bucket }: Place,
  key: string,
  body: string | Uint8Array,
  more: Partial<PutObjectCommandInput> = {},
): Promise<string> {
  const { ETag = "" } = await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ...more }));
  return ETag;
}

/** Encoded as CopySource wants it. UG/API CopyObject: "The value must be URL-encoded". */
export function copySource(bucket: string, key: string, versionId?: string): string {
  const path = `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
  return versionId === undefined ? path : `${path}?versionId=${encodeURIComponent(versionId)}`;
}

/** All keys below a prefix, page by page. */
export async function listKeys({ client, bucket }: Place, prefix: string, pageSize = 1000): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: pageSize, ContinuationToken: token }),
    );
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
}

export const MIB = 1024 * 1024;

/** Deterministic bytes. */
export function bytes(size: number, seed = 7): Buffer {
  const block = Buffer.alloc(size);
  for (let i = 0, x = seed; i < size; i++) {
    x = (x * 1103515245 + 12345) & 0x7fffffff;
    block[i] = x >>> 16;
  }
  return block;
}

async function clean({ plain }: S3TargetRun, bucket: string, prefix: string): Promise<void> {
  const uploads = await plain.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }));
  for (const { Key, UploadId } of uploads.Uploads ?? []) {
    await plain.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
  }
  if (bucket.endsWith("--x-s3")) {
    for (const Key of await listKeys({ client: plain, bucket }, prefix)) {
      await plain.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    }
    return;
  }
  const { Versions = [], DeleteMarkers = [] } = await plain.send(
    new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix }),
  );
  for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
    await plain.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
  }
}
