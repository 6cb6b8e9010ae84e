import type { Content } from "../../core/ports";
import {
  DESTINATION,
  ODD_KEYS,
  makeAdapters,
  targetOf,
  TRANSPORTS,
  rejection,
  signal,
  startServer,
  xml,
  type Adapters,
  type TestServer,
} from "./support";

const COPIED = { body: xml(`<CopyObjectResult><ETag>&quot;e&quot;</ETag></CopyObjectResult>`) };
const CONTENT: Content = { headers: { "content-type": "text/plain" }, metadata: { "s3es-source": "1;x" } };
const copyRequest = (key: string, content: Content | undefined = CONTENT) => ({
  key,
  sourceEtag: "abc",
  content,
  checksumAlgorithm: undefined,
});

describe.each(TRANSPORTS)("%s", (transport) => {
  let server: TestServer;
  let adapters: Adapters;
  beforeEach(async () => {
    server = await startServer(() => COPIED);
    adapters = makeAdapters(server.endpoint, { transport });
  });
  afterEach(async () => {
    adapters.destroy();
    await server.close();
  });

  /** The one request that was made; the SDK puts a double slash behind a directory bucket at an IP endpoint. */
  const onlyRequest = () => {
    expect(server.requests).toHaveLength(1);
    return server.requests[0]!;
  };

  describe("copyObject", () => {
    test("is conditional, replaces metadata and tags, and names nothing that was not asked for", async () => {
      await adapters.destination.copyObject(copyRequest("dir/k"), signal());
      const { method, headers } = onlyRequest();
      expect(method).toBe("PUT");
      expect(targetOf(onlyRequest())).toBe(`/${DESTINATION}//dir/k`);
      const amz = Object.fromEntries(
        Object.entries(headers).filter(([name]) => /^(x-amz-(?!date|content|user|s3session)|content-|if-)/.test(name)),
      );
      expect(amz).toEqual({
        "content-length": "0",
        "content-type": "text/plain",
        "x-amz-copy-source": "source/dir/k",
        "x-amz-copy-source-if-match": '"abc"',
        "x-amz-metadata-directive": "REPLACE",
        "x-amz-tagging-directive": "REPLACE",
        "x-amz-meta-s3es-source": "1;x",
      });
    });

    test("is signed with the plain credentials and makes no session", async () => {
      await adapters.destination.copyObject(copyRequest("k"), signal());
      expect(server.sessionRequests).toEqual([]);
      expect(onlyRequest().headers.authorization).toContain("Credential=AKIATEST/");
      expect(onlyRequest().headers.authorization).toContain("/s3express/aws4_request");
    });

    test("without content keeps the source's and sends none", async () => {
      await adapters.destination.copyObject({ ...copyRequest("k"), content: undefined }, signal());
      const { headers } = onlyRequest();
      expect(headers["x-amz-metadata-directive"]).toBe("COPY");
      expect(headers["x-amz-tagging-directive"]).toBe("REPLACE");
      expect(Object.keys(headers).filter((name) => name.startsWith("x-amz-meta-"))).toEqual([]);
    });

    test.each(ODD_KEYS)("spells the key %s in target and copy source", async (_, key, path) => {
      await adapters.destination.copyObject(copyRequest(key), signal());
      expect(targetOf(onlyRequest())).toBe(`/${DESTINATION}//${path}`);
      expect(onlyRequest().headers["x-amz-copy-source"]).toBe(`source/${path}`);
    });

    const UTF8_BYTES = Buffer.from('attachment; filename="日本 à.txt"', "utf8").toString("latin1");
    test.each([
      ["expires that is no date", "expires", "whenever"],
      ["expires that is zero", "expires", "0"],
      ["expires in another format", "expires", "2030-01-01T00:00:00Z"],
      ["raw UTF-8 bytes", "content-disposition", UTF8_BYTES],
      ["raw latin1 bytes", "content-disposition", "caf\xe9"],
      ["commas and quotes", "cache-control", 'max-age=0, private="x"'],
      ["several encodings", "content-encoding", "gzip, br"],
      ["a language list", "content-language", "de, en-GB;q=0.5"],
      ["a charset", "content-type", "text/html; charset=utf-8"],
    ] as const)("sends %s as they are", async (_, header, value) => {
      const content = { headers: { [header]: value }, metadata: {} };
      await adapters.destination.copyObject(copyRequest("k", content), signal());
      expect(onlyRequest().headers[header]).toBe(value);
    });

    test.each([
      ["an RFC 2047 word", "=?UTF-8?Q?=E6=97=A5=E6=9C=AC?="],
      ["raw UTF-8 bytes", Buffer.from("日本 à", "utf8").toString("latin1")],
      ["text above latin1, as UTF-8", "日本"],
      ["a comma and spaces inside", "a,  b"],
      ["the empty string", ""],
    ])("sends metadata: %s", async (_, value) => {
      const content = { headers: {}, metadata: { name: value, __proto__x: "p" } };
      await adapters.destination.copyObject(copyRequest("k", content), signal());
      const expected = value === "日本" ? Buffer.from(value, "utf8").toString("latin1") : value;
      expect(onlyRequest().headers["x-amz-meta-name"]).toBe(expected);
      expect(onlyRequest().headers["x-amz-meta-__proto__x"]).toBe("p");
    });

    test("a header that cannot be sent is a verdict about the key and nothing was sent", async () => {
      const content = { headers: {}, metadata: { name: "a\nb" } };
      const error = await rejection(adapters.destination.copyObject(copyRequest("k", content), signal()));
      expect(error).toMatchObject({ code: "InvalidRequest", effect: "none", operation: "CopyObject" });
      expect(server.requests).toEqual([]);
    });

    test("asks for a checksum and hands it back when it is one of the whole object", async () => {
      const answer = (type: string) =>
        xml(`<CopyObjectResult><ETag>e</ETag><ChecksumCRC32C>AAAA</ChecksumCRC32C>${type}</CopyObjectResult>`);
      const request = { ...copyRequest("k"), checksumAlgorithm: "CRC32C" } as const;
      server.script = () => ({ body: answer("<ChecksumType>FULL_OBJECT</ChecksumType>") });
      const full = await adapters.destination.copyObject(request, signal());
      expect(full).toEqual({ checksum: { algorithm: "CRC32C", value: "AAAA" } });
      expect(server.requests[0]!.headers["x-amz-checksum-algorithm"]).toBe("CRC32C");
      server.script = () => ({ body: answer("<ChecksumType>COMPOSITE</ChecksumType>") });
      expect(await adapters.destination.copyObject(request, signal())).toEqual({});
      server.script = () => COPIED;
      expect(await adapters.destination.copyObject(request, signal())).toEqual({});
    });

    test("names the KMS key where one is configured", async () => {
      const withKey = makeAdapters(server.endpoint, { transport, kmsKeyArn: "arn:aws:kms:eu-north-1:1:key/k" });
      await withKey.destination.copyObject(copyRequest("k"), signal());
      withKey.destroy();
      expect(onlyRequest().headers).toMatchObject({
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:eu-north-1:1:key/k",
      });
    });
  });

  describe("deleteObject", () => {
    test.each(ODD_KEYS)("names exactly the key %s, under a session and without a condition", async (_, key, path) => {
      server.script = () => ({ status: 204 });
      await adapters.destination.deleteObject(key, signal());
      const { method, headers } = onlyRequest();
      expect(method).toBe("DELETE");
      expect(targetOf(onlyRequest())).toBe(`/${DESTINATION}//${path}`);
      expect(headers["x-amz-s3session-token"]).toBe("token-1");
      expect(headers["if-match"]).toBeUndefined();
    });

    test("with a condition: the ETag, quoted", async () => {
      server.script = () => ({ status: 204 });
      await adapters.destination.deleteObject("k", signal(), "etag-1");
      expect(onlyRequest().headers["if-match"]).toBe('"etag-1"');
    });

    test("a 404 for the key is a success, one for the bucket is not", async () => {
      server.script = () => ({ status: 404, body: "<Error><Code>NoSuchKey</Code></Error>" });
      await expect(adapters.destination.deleteObject("k", signal())).resolves.toBeUndefined();
      server.script = () => ({ status: 404, body: "<Error><Code>NoSuchBucket</Code></Error>" });
      expect(await rejection(adapters.destination.deleteObject("k", signal()))).toMatchObject({ code: "NoSuchBucket" });
    });
  });

  describe("head", () => {
    test("keeps the fingerprint and the raw headers, and uses a session", async () => {
      server.script = () => ({
        headers: {
          etag: '"rnd"',
          "content-length": "12",
          expires: "never",
          "x-amz-meta-s3es-source": "1;x",
          "x-amz-meta-a": "b",
        },
      });
      expect(await adapters.destination.head("k", signal())).toEqual({
        kind: "object",
        etag: "rnd",
        size: 12,
        headers: { expires: "never" },
        metadata: { "s3es-source": "1;x", a: "b" },
      });
      expect(onlyRequest().headers["x-amz-checksum-mode"]).toBe("ENABLED");
      expect(onlyRequest().headers["x-amz-s3session-token"]).toBe("token-1");
    });

    test("404 is absent", async () => {
      server.script = () => ({ status: 404 });
      expect(await adapters.destination.head("k", signal())).toEqual({ kind: "absent" });
    });
  });
});
