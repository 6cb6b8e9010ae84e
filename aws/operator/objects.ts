/** Objects an operator reads as a whole or as a stream: inventories. */
import type { Readable } from "node:stream";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { makeHandler } from "../agents";

export interface ObjectReader {
  text(bucket: string, key: string, signal: AbortSignal): Promise<string>;
  stream(bucket: string, key: string, signal: AbortSignal): Promise<Readable>;
  destroy(): void;
}

/** Longer than a reader may pause while what it read is sent on. */
const SILENT_MS = 10 * 60_000;

/** With the SDK's own retries; a stream that breaks off is an error of the stream. */
export function makeObjectReader(region: string): ObjectReader {
  const requestHandler = makeHandler({ maxSockets: 4, requestTimeoutMs: SILENT_MS, socketTimeoutMs: SILENT_MS });
  const client = new S3Client({ region, requestHandler, responseChecksumValidation: "WHEN_REQUIRED" });
  async function open(bucket: string, key: string, signal: AbortSignal) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
    if (Body === undefined) throw new Error(`s3://${bucket}/${key}: the answer has no body`);
    return Body;
  }
  return {
    text: async (bucket, key, signal) => (await open(bucket, key, signal)).transformToString("utf-8"),
    stream: async (bucket, key, signal) => (await open(bucket, key, signal)) as Readable,
    destroy: () => client.destroy(),
  };
}
