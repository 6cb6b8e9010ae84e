/** Addresses, errors and signing names as they stand on the wire: raw requests, no SDK. */
import { request as httpRequest } from "node:http";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  CreateSessionCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  GetBucketAclCommand,
} from "@aws-sdk/client-s3";
import { checkKey, parseAddress, parseCopySource } from "../../../local/s3/addressing";
import type { CloudRequest } from "../../../local/http/service";
import { refusal } from "../../contracts/s3/target";
import { startS3, type TestS3 } from "./cloud";

const DIRECTORY = "wire--eun1-az1--x-s3";

describe("parseAddress", () => {
  it.each([
    ["/", undefined, ""],
    ["/bucket", "bucket", ""],
    ["/bucket/", "bucket", ""],
    ["/bucket/key", "bucket", "key"],
    ["/bucket//key", "bucket", "/key"],
    ["/bucket/a//b/../c/", "bucket", "a//b/../c/"],
    ["/bucket/a+b%2Bc%20d", "bucket", "a+b+c d"],
    ["/bucket/a%2520b", "bucket", "a%20b"],
    ["/bucket/x%3Fy%23z%26w", "bucket", "x?y#z&w"],
    ["/bucket/%F0%9F%8E%89", "bucket", "🎉"],
    [`/${DIRECTORY}//key`, DIRECTORY, "key"],
    [`/${DIRECTORY}///key`, DIRECTORY, "/key"],
    [`/${DIRECTORY}//a//b`, DIRECTORY, "a//b"],
    [`/${DIRECTORY}/key`, DIRECTORY, "key"],
    [`/${DIRECTORY}//`, DIRECTORY, ""],
    [`/${DIRECTORY}/`, DIRECTORY, ""],
  ])("reads %s", (path, bucket, key) => {
    expect(parseAddress(path, { host: "127.0.0.1:80" })).toEqual({ bucket, key });
  });

  it("reads virtual-hosted addresses, where no slash is dropped", () => {
    expect(parseAddress("/a/b", { host: "bucket.localhost:4000" })).toEqual({ bucket: "bucket", key: "a/b" });
    expect(parseAddress("//lead", { host: `${DIRECTORY}.localhost` })).toEqual({ bucket: DIRECTORY, key: "/lead" });
  });

  it("refuses what is not percent-encoded UTF-8", () => {
    for (const path of ["/bucket/%zz", "/bucket/%", "/bucket/%ff"]) {
      expect(() => parseAddress(path, {})).toThrow(expect.objectContaining({ code: "InvalidURI" }) as Error);
    }
  });
});

describe("parseCopySource", () => {
  it.each([
    ["bucket/key", "bucket", "key", undefined],
    ["/bucket/key", "bucket", "key", undefined],
    ["bucket%2Fkey", "bucket", "key", undefined],
    ["bucket/a+b", "bucket", "a b", undefined],
    ["bucket/a%2Bb", "bucket", "a+b", undefined],
    ["bucket/a%2520b", "bucket", "a%20b", undefined],
    ["bucket//lead", "bucket", "/lead", undefined],
    ["bucket/x%3Fy?versionId=a%2Fb", "bucket", "x?y", "a/b"],
  ])("reads %s", (header, bucket, key, versionId) => {
    expect(parseCopySource(header)).toEqual({ bucket, key, versionId });
  });

  it.each(["", "bucket", "bucket/", "/key", "bucket/key?other=1"])("refuses %s", (header) => {
    expect(() => parseCopySource(header)).toThrow(expect.objectContaining({ code: "InvalidArgument" }) as Error);
  });
});

describe("checkKey", () => {
  it("lets relative segments stand as long as they never outnumber the others (UG object-keys)", () => {
    for (const key of ["a/../b", "a/b/../../c", "..a/b", "."]) expect(() => checkKey(key)).not.toThrow();
    for (const key of ["../a", "a/../../b", ".."]) expect(() => checkKey(key)).toThrow("URI");
  });
});

describe("the wire", () => {
  let cloud: TestS3;
  beforeAll(async () => {
    cloud = await startS3();
    cloud.admin.createBucket("wire");
    cloud.admin.createBucket(DIRECTORY);
  });
  afterAll(() => cloud.close());

  it("drops exactly the slash that SDKs double for directory buckets behind an IP endpoint", async () => {
    const targets: string[] = [];
    const client = cloud.client("worker", { disableS3ExpressSessionAuth: true });
    client.middlewareStack.add(
      (next) => (args) => {
        targets.push((args.request as { path: string }).path);
        return next(args);
      },
      { step: "finalizeRequest", priority: "low" },
    );
    for (const Key of ["plain", "/lead"]) {
      await client.send(new PutObjectCommand({ Bucket: DIRECTORY, Key, Body: "x" }));
    }
    expect(targets).toEqual([`/${DIRECTORY}//plain`, `/${DIRECTORY}///lead`]);
    expect(cloud.admin.list(DIRECTORY).map(({ key }) => key)).toEqual(["/lead", "plain"]);
  });

  it("answers an unknown operation with NotImplemented, never with success", async () => {
    expect(await refusal(cloud.client().send(new GetBucketAclCommand({ Bucket: "wire" })))).toEqual({
      name: "NotImplemented",
      status: 501,
    });
    expect(cloud.s3.route({ ...bareRequest(), query: new URLSearchParams("acl=") })).toBeUndefined();
    expect(cloud.s3.route({ ...bareRequest(), method: "PUT", query: new URLSearchParams("policy=") })).toBeUndefined();
  });

  it("refuses a header in the query that no header can carry, in the words of S3 (guardian/grid#1716)", async () => {
    await cloud.admin.put("wire", "named", "x");
    const named = (name: string) =>
      cloud
        .client()
        .send(new GetObjectCommand({ Bucket: "wire", Key: "named", ResponseContentDisposition: `filename=${name}` }));
    await expect(named("D\u2019Arcy")).rejects.toMatchObject({
      name: "InvalidArgument",
      message: "Header value cannot be represented using ISO-8859-1.",
      ArgumentName: "response-content-disposition",
      ArgumentValue: "filename=D\u2019Arcy",
    });
    expect(await refusal(named("a\r\nb: c"))).toEqual({ name: "InvalidArgument", status: 400 });
    expect((await named("D'Arcy")).ContentDisposition).toBe("filename=D'Arcy");
  });

  it("names operation, bucket, key and copy source for the log and the faults", async () => {
    await cloud.admin.put("wire", "so urce", "x");
    const client = cloud.client("operator", { disableS3ExpressSessionAuth: true });
    await client.send(new CopyObjectCommand({ Bucket: DIRECTORY, Key: "k", CopySource: "wire/so%20urce" }));
    expect(cloud.log.entries({ operation: "CopyObject" })).toMatchObject([
      { principal: "operator", service: "s3", resource: DIRECTORY, key: "k", source: "wire/so urce", status: 200 },
    ]);
  });

  it("refuses a request that was signed for the other kind of bucket (UG s3-express-authenticating-authorizing)", async () => {
    for (const [bucket, signingName] of [
      ["wire", "s3express"],
      [DIRECTORY, "s3"],
    ] as const) {
      const request = { ...bareRequest(), rawPath: `/${bucket}/key`, signingName };
      const attempt = cloud.s3.handle(request, { operation: "GetObject", resource: bucket, key: "key" });
      await expect(attempt).rejects.toMatchObject({ status: 400, code: "AuthorizationHeaderMalformed" });
    }
  });

  it("refuses copies, and another CreateSession, signed with a session (API CopyObject, UploadPartCopy; smithy-lang/smithy-rs#3474)", async () => {
    const { Credentials } = await cloud.client().send(new CreateSessionCommand({ Bucket: DIRECTORY }));
    const session = cloud.s3.sessionPrincipal(Credentials?.AccessKeyId ?? "");
    if (session === undefined || session === "expired") throw new Error("no session");
    const request = { ...bareRequest(), rawPath: `/${DIRECTORY}//key`, signingName: "s3express", session };
    const codes = ["CopyObject", "UploadPartCopy", "CreateSession"].map((operation) =>
      cloud.s3.handle(request, { operation, resource: DIRECTORY }).then(
        () => "done",
        (error: unknown) => (error as { code: string }).code,
      ),
    );
    expect(await Promise.all(codes)).toEqual(["AccessDenied", "AccessDenied", "InvalidRequest"]);
  });

  it("answers errors as XML with the request's id, and HEAD without a body", async () => {
    const missing = await raw("GET", "/wire/none");
    expect(missing.status).toBe(403);
    expect(missing.body).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>AccessDenied<\/Code>.*<RequestId>[0-9A-F]{16}<\/RequestId>/,
    );
    expect(missing.headers["content-type"]).toBe("application/xml");
    expect((await raw("HEAD", "/wire/none")).body).toBe("");
    expect(await refusal(cloud.client().send(new HeadObjectCommand({ Bucket: "wire", Key: "none" })))).toEqual({
      name: "NotFound",
      status: 404,
    });
  });

  /** As the front hands it on. */
  function bareRequest(): CloudRequest {
    return {
      id: "1",
      method: "GET",
      rawPath: "/wire",
      query: new URLSearchParams(),
      headers: {},
      body: Readable.from([]),
      trailers: {},
      principal: { name: "worker", accessKeyId: "AKIAworker", secretAccessKey: "secret of worker" },
      signingName: "s3",
      signal: new AbortController().signal,
    };
  }

  async function raw(method: string, path: string) {
    return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
      const request = httpRequest(`${cloud.endpoint}${path}`, { method }, (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      });
      request.on("error", reject);
      request.end();
    });
  }
});
