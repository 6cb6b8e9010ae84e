/**
 * Objects are streamed, so a large one needs no memory of its size: put in one piece and in parts, copied, copied in parts, read back.
 * The process of `npm run local` is measured: the most it has resident while that happens, sampled every few milliseconds.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";

jest.setTimeout(180_000);

const MIB = 1024 ** 2;
const LARGE = 384 * MIB;
/** What the same steps with a small object make the process take is no growth. */
const SMALL = 16 * MIB;
/** Chunks under way, and what the garbage collector has not fetched yet; the same for an object of any size. */
const MOST_GROWTH = 64 * MIB;

const SOURCE = "local-source";
const DESTINATION = "local-destination--eun1-az1--x-s3";

let temp: string;
let cloud: ChildProcess | undefined;
let client: S3Client | undefined;
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), "memory-test-"));
});
afterEach(async () => {
  client?.destroy();
  if (cloud !== undefined) {
    cloud.kill("SIGTERM");
    await once(cloud, "exit");
  }
  rmSync(temp, { recursive: true });
});

/** Runs inside the measured process: answers any message with the peak since the last one, in bytes. */
const PROBE = `
  let peak = 0;
  setInterval(() => { peak = Math.max(peak, process.memoryUsage.rss()); }, 3).unref();
  process.on("message", () => { process.send(peak); peak = 0; });
  process.channel.unref();
`;

async function startCloud(): Promise<{ client: S3Client; peakSinceLast: () => Promise<number> }> {
  const probe = join(temp, "probe.cjs");
  writeFileSync(probe, PROBE);
  const child = fork("dist/local.cjs", ["--port", "0"], {
    execArgv: ["--require", probe],
    env: { ...process.env, TMPDIR: temp },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  cloud = child;
  let text = "";
  child.stdout!.on("data", (more) => (text += String(more)));
  while (!text.includes("Three things to try")) await once(child.stdout!, "data");
  const read = (name: string): string => new RegExp(`export ${name}=(.*)`).exec(text)?.[1] ?? "";
  client = new S3Client({
    endpoint: read("AWS_ENDPOINT_URL"),
    region: read("AWS_REGION"),
    credentials: { accessKeyId: read("AWS_ACCESS_KEY_ID"), secretAccessKey: read("AWS_SECRET_ACCESS_KEY") },
    forcePathStyle: true,
    maxAttempts: 1,
    disableS3ExpressSessionAuth: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return {
    client,
    async peakSinceLast() {
      child.send("peak");
      const [peak] = (await once(child, "message")) as [number];
      return peak;
    },
  };
}

const CHUNK = Buffer.alloc(MIB, "0123456789abcdef");

/** Nothing of this size is ever in memory on this side either. */
function content(bytes: number): Readable {
  function* chunks(): Generator<Buffer> {
    for (let left = bytes; left > 0; left -= CHUNK.length) yield CHUNK.subarray(0, Math.min(left, CHUNK.length));
  }
  return Readable.from(chunks(), { objectMode: false });
}

/** Every way in which the bytes of an object pass through S3. Answers how many came back. */
async function passThrough(s3: S3Client, bytes: number): Promise<number> {
  const half = bytes / 2;
  await s3.send(new PutObjectCommand({ Bucket: SOURCE, Key: "whole", Body: content(bytes), ContentLength: bytes }));

  const target = { Bucket: SOURCE, Key: "in-parts" };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
  const parts = await Promise.all(
    [1, 2].map(async (PartNumber) => {
      const part = { ...target, UploadId, PartNumber, Body: content(half), ContentLength: half };
      return { PartNumber, ETag: (await s3.send(new UploadPartCommand(part))).ETag };
    }),
  );
  await s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts: parts } }));

  await s3.send(
    new CopyObjectCommand({
      Bucket: DESTINATION,
      Key: "copy",
      CopySource: `${SOURCE}/in-parts`,
      ChecksumAlgorithm: "CRC32",
    }),
  );
  const copy = { Bucket: DESTINATION, Key: "copy-in-parts" };
  const upload = await s3.send(new CreateMultipartUploadCommand(copy));
  const copied = [];
  for (const PartNumber of [1, 2]) {
    const { CopyPartResult } = await s3.send(
      new UploadPartCopyCommand({
        ...copy,
        UploadId: upload.UploadId,
        PartNumber,
        CopySource: `${SOURCE}/whole`,
        CopySourceRange: `bytes=${(PartNumber - 1) * half}-${PartNumber * half - 1}`,
      }),
    );
    copied.push({ PartNumber, ETag: CopyPartResult?.ETag });
  }
  await s3.send(
    new CompleteMultipartUploadCommand({ ...copy, UploadId: upload.UploadId, MultipartUpload: { Parts: copied } }),
  );

  // S3's own checksum is made from the bytes when somebody asks for it.
  await s3.send(new HeadObjectCommand({ ...copy, ChecksumMode: "ENABLED" }));
  const { Body } = await s3.send(new GetObjectCommand(copy));
  let back = 0;
  for await (const chunk of Body as AsyncIterable<Buffer>) back += chunk.length;
  return back;
}

test("an object of 384 MiB needs no more than 64 MiB beyond what one of 16 MiB needs", async () => {
  const { client: s3, peakSinceLast } = await startCloud();
  expect(await passThrough(s3, SMALL)).toBe(SMALL);
  const before = await peakSinceLast();
  expect(await passThrough(s3, LARGE)).toBe(LARGE);
  const after = await peakSinceLast();
  expect(before).toBeGreaterThan(20 * MIB);
  expect(after - before).toBeLessThan(MOST_GROWTH);
});
