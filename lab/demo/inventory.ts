/** Reads a whole bucket back over S3's API, as any client would: every object, every byte. */
import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import type { Cloud } from "../../local/cloud";
import type { Item } from "./compare";

/** Objects read at the same time. */
const READERS = 4;

/** A plain client, signed by the operator: not the product's. */
export function operatorClient(cloud: Cloud): S3Client {
  const operator = cloud.principals.byName("operator");
  if (operator === undefined) throw new Error("the local cloud has no principal named operator");
  return new S3Client({
    endpoint: cloud.endpoint,
    region: cloud.region,
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: operator.accessKeyId, secretAccessKey: operator.secretAccessKey },
    disableS3ExpressSessionAuth: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}

export async function takeInventory(client: S3Client, bucket: string): Promise<readonly Item[]> {
  const keys = await listKeys(client, bucket);
  const items: Item[] = [];
  let next = 0;
  async function reader(): Promise<void> {
    for (let key = keys[next++]; key !== undefined; key = keys[next++]) items.push(await readItem(client, bucket, key));
  }
  await Promise.all(Array.from({ length: READERS }, reader));
  return items.sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function listKeys(client: S3Client, bucket: string): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }));
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
}

async function readItem(client: S3Client, bucket: string, key: string): Promise<Item> {
  const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of answer.Body as Readable as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  const headers = {
    "cache-control": answer.CacheControl,
    "content-disposition": answer.ContentDisposition,
    "content-encoding": answer.ContentEncoding,
    "content-language": answer.ContentLanguage,
    "content-type": answer.ContentType,
    expires: answer.ExpiresString,
  };
  const present = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  return { key, size, sha256: hash.digest("hex"), headers: present, metadata: answer.Metadata ?? {} };
}
