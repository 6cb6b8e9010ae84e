/** Signatures, with the AWS SDK as the one who signs. */
import { createHash, createHmac } from "node:crypto";
import { request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { AwsChunkedDecoder } from "../../../local/http/aws-chunked";
import { readAll } from "../../../local/http/payload";
import { startFront, WORKER, type TestFront } from "./support";

let cloud: TestFront;
let clients: S3Client[];

beforeEach(async () => {
  cloud = await startFront();
  clients = [];
});
afterEach(async () => {
  for (const client of clients) client.destroy();
  await cloud.front.close();
});

function client(
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } = WORKER,
): S3Client {
  const made = new S3Client({
    endpoint: cloud.endpoint,
    region: "eu-north-1",
    forcePathStyle: true,
    credentials,
    maxAttempts: 1,
  });
  clients.push(made);
  return made;
}

async function put(from: S3Client, key: string, body: string | Buffer | Readable, length?: number): Promise<void> {
  await from.send(
    new PutObjectCommand({ Bucket: "bucket", Key: key, Body: body, ...(length && { ContentLength: length }) }),
  );
}

test.each(["a", "a b+c", "a//b", "a/../b", "./x", "日本/ü😀", "a%20b", "x?y#z&'()*!~", "\\ \u0001", "/lead"])(
  "a key is signed and kept byte for byte: %j",
  async (key) => {
    await put(client(), key, "hello");
    const [[path, body]] = [...cloud.s3.stored] as [[string, Buffer]];
    expect(decodeURIComponent(path)).toBe(`/bucket/${key}`);
    expect(body.toString()).toBe("hello");
  },
);

test("a signed payload of a buffer arrives whole", async () => {
  const body = Buffer.alloc(3_000_000, "xyz");
  await put(client(), "big", body);
  expect(cloud.s3.stored.get("/bucket/big")?.equals(body)).toBe(true);
});

test("a stream comes as STREAMING-UNSIGNED-PAYLOAD-TRAILER; framing and trailer are taken off", async () => {
  const body = Buffer.alloc(300_000, "stream");
  await put(client(), "stream", Readable.from([body.subarray(0, 7), body.subarray(7)]), body.length);
  expect(cloud.s3.stored.get("/bucket/stream")?.equals(body)).toBe(true);
  expect(cloud.s3.trailers[0]).toHaveProperty("x-amz-checksum-crc32");
});

test("an unknown access key is InvalidAccessKeyId", async () => {
  await expect(put(client({ ...WORKER, accessKeyId: "AKIANOBODY" }), "a", "x")).rejects.toMatchObject({
    name: "InvalidAccessKeyId",
    $metadata: { httpStatusCode: 403 },
  });
  expect(cloud.log.entries()[0]).toMatchObject({ status: 403, errorCode: "InvalidAccessKeyId" });
});

test("a wrong secret is SignatureDoesNotMatch and shows the canonical request", async () => {
  await expect(put(client({ ...WORKER, secretAccessKey: "wrong" }), "a", "x")).rejects.toMatchObject({
    name: "SignatureDoesNotMatch",
    message: expect.stringContaining("PUT\n/bucket/a\n") as string,
  });
  expect(cloud.s3.stored.size).toBe(0);
});

test("a clock more than 15 minutes off is RequestTimeTooSkewed", async () => {
  cloud.now = Date.now() + 15 * 60_000 + 5_000;
  await expect(put(client(), "a", "x")).rejects.toMatchObject({ name: "RequestTimeTooSkewed" });
  cloud.now = Date.now() + 14 * 60_000;
  await put(client(), "a", "x");
});

test("temporary credentials need their token", async () => {
  const task = { name: "task", accessKeyId: "ASIATASK", secretAccessKey: "s", sessionToken: "token" };
  cloud.principals.add(task);
  await put(client(task), "a", "x");
  await expect(put(client({ ...task, sessionToken: "other" }), "a", "x")).rejects.toMatchObject({
    name: "InvalidToken",
  });
  cloud.principals.remove("ASIATASK");
  await expect(put(client(task), "a", "x")).rejects.toMatchObject({ name: "InvalidAccessKeyId" });
});

test("an unsigned request is AccessDenied; a signed header value may hold blanks", async () => {
  expect((await fetch(`${cloud.endpoint}/bucket/a`)).status).toBe(403);
  await client().send(
    new PutObjectCommand({ Bucket: "bucket", Key: "m", Body: "x", Metadata: { note: "two  blanks" } }),
  );
  expect(cloud.s3.stored.has("/bucket/m")).toBe(true);
});

test("an unknown operation is 501 NotImplemented, never a silent 200", async () => {
  const sent = client().send(new GetObjectCommand({ Bucket: "bucket", Key: "a" }));
  await expect(sent).resolves.toBeDefined();
  const { DeleteObjectCommand } = await import("@aws-sdk/client-s3");
  await expect(client().send(new DeleteObjectCommand({ Bucket: "bucket", Key: "a" }))).rejects.toMatchObject({
    name: "NotImplemented",
    $metadata: { httpStatusCode: 501 },
  });
});

test("a payload that is not the signed one fails at its end", async () => {
  // Signed by hand through the SDK's signer is not needed: the client signs "good", the wire carries "evil".
  const from = client();
  from.middlewareStack.add(
    (next) => async (args) => {
      const { request } = args as unknown as { request: { headers: Record<string, string>; body: unknown } };
      request.headers["x-amz-content-sha256"] = createHash("sha256").update("good").digest("hex");
      return next(args);
    },
    { step: "build", name: "claimsOtherHash", priority: "low" },
  );
  await expect(put(from, "a", "evil")).rejects.toMatchObject({ name: "XAmzContentSHA256Mismatch" });
});

test("Expect: 100-continue is answered only when the signature is good", async () => {
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const req = httpRequest(`${cloud.endpoint}/bucket/a`, {
      method: "PUT",
      headers: { expect: "100-continue", "content-length": 5 },
    });
    req.on("continue", () => reject(new Error("must not continue")));
    req.on("response", (res) => resolve(res.resume().statusCode));
    req.on("error", () => undefined);
    req.flushHeaders();
  });
  expect(status).toBe(403);
});

describe("a presigned address", () => {
  /** Made by hand: the installed SDK has no presigner. */
  function presign(key: string, expiresSeconds: number, signedAtMs = Date.now()): string {
    const time = new Date(signedAtMs).toISOString().replace(/[-:]|\.\d{3}/g, "");
    const scope = `${time.slice(0, 8)}/eu-north-1/s3/aws4_request`;
    const query = [
      "X-Amz-Algorithm=AWS4-HMAC-SHA256",
      `X-Amz-Credential=${encodeURIComponent(`${WORKER.accessKeyId}/${scope}`)}`,
      `X-Amz-Date=${time}`,
      `X-Amz-Expires=${expiresSeconds}`,
      "X-Amz-SignedHeaders=host",
    ].join("&");
    const host = new URL(cloud.endpoint).host;
    const canonical = `GET\n/bucket/${key}\n${query}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`;
    const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${createHash("sha256").update(canonical).digest("hex")}`;
    const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
    const signingKey = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${WORKER.secretAccessKey}`);
    return `${cloud.endpoint}/bucket/${key}?${query}&X-Amz-Signature=${hmac(signingKey, toSign).toString("hex")}`;
  }

  test("is good until it expires, for what was signed", async () => {
    expect((await fetch(presign("a", 60))).status).toBe(200);
    expect((await fetch(presign("a", 60).replace("/bucket/a", "/bucket/b"))).status).toBe(403);
    const expired = await fetch(presign("a", 60, Date.now() - 61_000));
    expect([expired.status, await expired.text()]).toEqual([403, expect.stringContaining("Request has expired")]);
    expect((await fetch(presign("a", 604_801))).status).toBe(400);
  });
});

describe("aws-chunked", () => {
  async function decode(pieces: string[], length?: number): Promise<[string, Record<string, string>]> {
    const decoder = new AwsChunkedDecoder(length);
    Readable.from(pieces.map((piece) => Buffer.from(piece))).pipe(decoder);
    return [(await readAll(decoder, 1000)).toString(), decoder.trailers];
  }
  const framed = "5;chunk-signature=ab\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n";

  test("is decoded wherever the bytes are cut", async () => {
    for (let cut = 1; cut < framed.length; cut++) {
      const [text, trailers] = await decode([framed.slice(0, cut), framed.slice(cut)], 6);
      expect(text).toBe("hello!");
      expect(trailers).toEqual({ "x-amz-checksum-crc32": "AAAA" });
    }
  });

  test("a wrong announced length, a cut payload and wrong framing are errors", async () => {
    await expect(decode([framed], 7)).rejects.toMatchObject({ code: "IncompleteBody" });
    await expect(decode(["5\r\nhel"])).rejects.toMatchObject({ code: "IncompleteBody" });
    await expect(decode(["zz\r\nhello\r\n0\r\n\r\n"])).rejects.toMatchObject({ code: "InvalidChunkSizeError" });
  });
});
