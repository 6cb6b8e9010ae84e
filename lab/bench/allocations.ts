/**
 * `node --max-semi-space-size=256 dist/bench-allocations.cjs`: bytes of the heap that one request allocates, through the worker's own
 * transport, through `node:http` alone, and through the SDK; and those of a key of a listing, as a row and as an object. No garbage is collected between the two looks at the heap, so the
 * figures hardly depend on the machine or on how busy it is; compared with each other they guard the hot path.
 */
import { Agent, request } from "node:http";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { makeSourceClient } from "../../aws";
import { makeS3Transport } from "../../aws/lean/s3-transport";
import { readListPage } from "../../aws/lean/list-page";
import { readListing } from "../../aws/lean/list-reader";
import { Rows } from "../../aws/lean/list-rows";
import { startNullServer } from "./null-client";

const WARM_UP = 2_000;
const MEASURED = 300;
const KEY = "small/0000/object-0000000";

process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

async function bytesPerRequest(once: () => Promise<unknown>): Promise<number> {
  for (let count = 0; count < WARM_UP; count++) await once();
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let count = 0; count < MEASURED; count++) await once();
  return Math.round((process.memoryUsage().heapUsed - before) / MEASURED);
}

const KEYS = 1_000;

/** As S3 answers. */
function listing(): Buffer {
  const objects = Array.from(
    { length: KEYS },
    (_, index) =>
      `<Contents><Key>small/0000/object-${String(index).padStart(7, "0")}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>` +
      `<ETag>&quot;0123456789abcdef0123456789abcdef&quot;</ETag><Size>65536</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  return Buffer.from(
    `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>${objects.join("")}</ListBucketResult>`,
  );
}

/** What verify does with a page: everything but what it does with the keys. */
function makeRowReader(page: Buffer): () => Promise<void> {
  const rows = new Rows();
  const key = Buffer.alloc(1_024);
  return () => {
    if (readListing(page, rows) === undefined) throw new Error("the page is none");
    let sum = 0;
    for (let index = 0; index < rows.count; index++) {
      sum += rows.copyKey(index, key, 0, key.length) + rows.size(index) + rows.lastModified(index);
      if (rows.isMultipart(index) || !rows.isUnder(index, "small/")) throw new Error("a row that is not there");
    }
    return sum > 0 ? Promise.resolve() : Promise.reject(new Error("no rows"));
  };
}

async function main(): Promise<void> {
  const nothing = await startNullServer();
  const where = { endpoint: nothing.endpoint, region: "eu-north-1" };
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const client = makeSourceClient({ ...where, credentials, slots: 4 }, "bucket");
  const transport = makeS3Transport({
    client,
    bucket: "bucket",
    region: "eu-north-1",
    service: "s3",
    maxConnections: 4,
  });
  const { signal } = new AbortController();
  const agent = new Agent({ keepAlive: true });
  const bare = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const asked = request(`${nothing.endpoint}/bucket/${KEY}`, { method: "HEAD", agent }, (answer) => {
        answer.resume().once("end", resolve);
      });
      asked.once("error", reject).end();
    });
  const lean = () => transport.send({ operation: "HeadObject", kind: "read", method: "HEAD", key: KEY }, signal);
  const sdk = () => client.send(new HeadObjectCommand({ Bucket: "bucket", Key: KEY }));
  const page = listing();
  const result = {
    lean: await bytesPerRequest(lean),
    nodeHttpUnsigned: await bytesPerRequest(bare),
    sdk: await bytesPerRequest(sdk),
    listedRow: (await bytesPerRequest(makeRowReader(page))) / KEYS,
    listedObject: (await bytesPerRequest(() => Promise.resolve(readListPage(page)))) / KEYS,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  nothing.end();
}

void main().then(() => process.exit(0));
