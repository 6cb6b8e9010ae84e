/** `node dist/bench-plain-sdk.cjs SOURCE DESTINATION SLOTS`: the SDK as its examples use it, one CopyObject per key of a listing. */
import { CopyObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { Agent } from "node:https";
import { Agent as HttpAgent } from "node:http";

async function main([source = "", destination = "", slots = "256"]: readonly string[]): Promise<number> {
  const maxSockets = Number(slots);
  const client = new S3Client({
    forcePathStyle: true,
    requestHandler: new NodeHttpHandler({
      httpAgent: new HttpAgent({ keepAlive: true, maxSockets }),
      httpsAgent: new Agent({ keepAlive: true, maxSockets }),
    }),
    // Otherwise the session's requests at an endpoint of one's own are signed for "s3".
    ...({ signingName: "s3express" } as const),
  });
  const reader = new S3Client({ forcePathStyle: true });
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await reader.send(new ListObjectsV2Command({ Bucket: source, ContinuationToken: token }));
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
    token = page.NextContinuationToken;
  } while (token !== undefined);
  let failed = 0;
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let key = keys[next++]; key !== undefined; key = keys[next++]) {
      const copy = new CopyObjectCommand({ Bucket: destination, Key: key, CopySource: `${source}/${encodeURI(key)}` });
      await client.send(copy).catch(() => failed++);
    }
  };
  await Promise.all(Array.from({ length: maxSockets }, lane));
  return failed > 0 ? 1 : 0;
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
