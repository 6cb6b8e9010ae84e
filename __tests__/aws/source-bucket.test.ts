import type { SourceState } from "../../core/state";
import {
  ODD_KEYS,
  errorBody,
  line,
  makeAdapters,
  TRANSPORTS,
  rejection,
  signal,
  startServer,
  type Adapters,
  type Reply,
  type TestServer,
} from "./support";

describe.each(TRANSPORTS)("%s", (transport) => {
  let server: TestServer;
  let adapters: Adapters;
  beforeEach(async () => {
    server = await startServer();
    adapters = makeAdapters(server.endpoint, { transport });
  });
  afterEach(async () => {
    adapters.destroy();
    await server.close();
  });

  const BASE = { etag: '"abc-2"', "content-length": "5", "last-modified": "Wed, 21 Oct 2015 07:28:00 GMT" };
  const headOf = (headers: Record<string, string>): Promise<SourceState> => {
    server.script = () => ({ headers: { ...BASE, ...headers } });
    return adapters.source.head("k", signal());
  };

  describe("head", () => {
    test("maps what identifies the object", async () => {
      const state = await headOf({
        "x-amz-version-id": "v1",
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-cache",
        "content-disposition": "inline",
        "content-encoding": "gzip",
        "content-language": "de",
        expires: "tomorrow, maybe",
        "x-amz-meta-Owner": "Me",
        "x-amz-meta-s3es-source": "1;stale",
        "x-amz-meta-word": "=?UTF-8?Q?=E6=97=A5?=",
      });
      expect(state).toEqual({
        kind: "object",
        etag: "abc-2",
        size: 5,
        lastModified: 1_445_412_480,
        versionId: "v1",
        headers: {
          "content-type": "text/html; charset=utf-8",
          "cache-control": "no-cache",
          "content-disposition": "inline",
          "content-encoding": "gzip",
          "content-language": "de",
          expires: "tomorrow, maybe",
        },
        metadata: { owner: "Me", word: "=?UTF-8?Q?=E6=97=A5?=" },
      });
    });

    test("asks for the checksum", async () => {
      await headOf({});
      expect(server.requests[0]!.headers["x-amz-checksum-mode"]).toBe("ENABLED");
    });

    test.each<[string, Record<string, string>, object]>([
      [
        "a full-object CRC32",
        { "x-amz-checksum-crc32": "AA==", "x-amz-checksum-type": "FULL_OBJECT" },
        { algorithm: "CRC32", value: "AA==" },
      ],
      ["a CRC32C without a type", { "x-amz-checksum-crc32c": "BB==" }, { algorithm: "CRC32C", value: "BB==" }],
      [
        "a CRC64NVME",
        { "x-amz-checksum-crc64nvme": "CC==", "x-amz-checksum-type": "FULL_OBJECT" },
        { algorithm: "CRC64NVME", value: "CC==" },
      ],
    ])("keeps %s", async (_, headers, checksum) => {
      expect(await headOf(headers)).toMatchObject({ checksum });
    });

    test.each<[string, Record<string, string>]>([
      ["a composite one", { "x-amz-checksum-crc32": "AA==-3", "x-amz-checksum-type": "COMPOSITE" }],
      ["a composite one without -N", { "x-amz-checksum-crc32": "AA==", "x-amz-checksum-type": "COMPOSITE" }],
      ["one that ends in -N without a type", { "x-amz-checksum-crc32": "AA==-12" }],
      ["an algorithm we do not use", { "x-amz-checksum-sha256": "AA==", "x-amz-checksum-type": "FULL_OBJECT" }],
    ])("ignores %s", async (_, headers) => {
      expect(await headOf(headers)).not.toHaveProperty("checksum");
    });

    test.each<[string, Record<string, string>, boolean]>([
      ["GLACIER", { "x-amz-storage-class": "GLACIER" }, true],
      ["DEEP_ARCHIVE", { "x-amz-storage-class": "DEEP_ARCHIVE" }, true],
      ["GLACIER being restored", { "x-amz-storage-class": "GLACIER", "x-amz-restore": 'ongoing-request="true"' }, true],
      [
        "GLACIER restored",
        {
          "x-amz-storage-class": "GLACIER",
          "x-amz-restore": 'ongoing-request="false", expiry-date="Fri, 21 Dec 2035 00:00:00 GMT"',
        },
        false,
      ],
      ["GLACIER_IR", { "x-amz-storage-class": "GLACIER_IR" }, false],
      [
        "an archive tier of Intelligent-Tiering",
        { "x-amz-storage-class": "INTELLIGENT_TIERING", "x-amz-archive-status": "ARCHIVE_ACCESS" },
        true,
      ],
      ["Intelligent-Tiering", { "x-amz-storage-class": "INTELLIGENT_TIERING" }, false],
      ["Standard", {}, false],
    ])("archived, %s: %s", async (_, headers, archived) => {
      expect(await headOf(headers)).toEqual(expect.objectContaining(archived ? { archived } : {}));
      expect("archived" in (await headOf(headers))).toBe(archived);
    });

    test('keeps the version id "null" of a bucket with suspended versioning', async () => {
      expect(await headOf({ "x-amz-version-id": "null" })).toMatchObject({ versionId: "null" });
      expect(await headOf({})).not.toHaveProperty("versionId");
    });

    test("keeps bytes beyond ASCII, one character each", async () => {
      const bytes = Buffer.from("日本", "utf8").toString("latin1");
      const state = await headOf({ "content-disposition": bytes, "x-amz-meta-m": bytes });
      expect(state).toMatchObject({ headers: { "content-disposition": bytes }, metadata: { m: bytes } });
    });

    test("keeps a metadata name that means something to JavaScript", async () => {
      const state = await headOf({ "x-amz-meta-__proto__": "x", "x-amz-meta-constructor": "y" });
      expect(state.kind === "object" && Object.entries(state.metadata)).toEqual([
        ["__proto__", "x"],
        ["constructor", "y"],
      ]);
    });

    test.each(ODD_KEYS)("asks for exactly the key %s", async (_, key, path) => {
      server.script = () => ({ status: 404 });
      expect(await adapters.source.head(key, signal())).toEqual({ kind: "absent" });
      expect(line(server.requests[0]!)).toBe(`HEAD /source/${path}?`);
    });

    test("an answer without an ETag is no object", async () => {
      server.script = () => ({ headers: { "content-length": "5", "last-modified": BASE["last-modified"] } });
      const error = await rejection(adapters.source.head("k", signal()));
      expect(error).toMatchObject({ code: "Unknown", effect: "none", operation: "HeadObject" });
    });
  });

  describe("a refused HEAD is explained by a GET of the first byte", () => {
    const explained = (status: number, get: Reply) => {
      server.script = ({ method }) => (method === "HEAD" ? { status } : get);
      return rejection(adapters.source.head("k", signal()));
    };
    const SSE_C =
      "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.";

    test.each<[string, number, Reply, object]>([
      [
        "a customer's key",
        400,
        { status: 400, body: errorBody("InvalidRequest", SSE_C) },
        { code: "CustomerKeyRequired" },
      ],
      ["an expired token", 400, { status: 400, body: errorBody("ExpiredToken") }, { code: "Credentials" }],
      ["a wrong clock", 403, { status: 403, body: errorBody("RequestTimeTooSkewed") }, { code: "Credentials" }],
      [
        "no permission",
        403,
        { status: 403, body: errorBody("AccessDenied") },
        { code: "AccessDenied", awsName: "AccessDenied" },
      ],
      ["an object that can be read", 400, { status: 206, body: "x" }, { code: "Unknown" }],
      ["an object that is gone", 403, { status: 404, body: errorBody("NoSuchKey") }, { code: "AccessDenied" }],
      ["an empty object", 400, { status: 416, body: errorBody("InvalidRange") }, { code: "Unknown" }],
      ["no answer", 403, "reset", { code: "AccessDenied" }],
    ])("%s", async (_, status, get, expected) => {
      expect(await explained(status, get)).toMatchObject({ operation: "HeadObject", effect: "none", ...expected });
      expect(server.requests.map(({ method }) => method)).toEqual(["HEAD", "GET"]);
      expect(server.requests[1]!.headers.range).toBe("bytes=0-0");
    });

    test("no GET is spent on 404, 500 and 503", async () => {
      for (const status of [404, 500, 503]) {
        server.script = () => ({ status });
        await adapters.source.head("k", signal()).catch(() => undefined);
      }
      expect(server.requests.map(({ method }) => method)).toEqual(["HEAD", "HEAD", "HEAD"]);
    });
  });

  describe("exists", () => {
    test.each([
      [200, true],
      [404, false],
    ])("%i is %s", async (status, expected) => {
      server.script = () => ({ status });
      expect(await adapters.source.exists(signal())).toBe(expected);
      expect(line(server.requests[0]!)).toMatch(/^HEAD \/source\/?\?$/);
    });

    test.each<[number, object]>([
      [403, { code: "AccessDenied" }],
      [301, { code: "NoSuchBucket" }],
      [503, { code: "Unavailable" }],
    ])("%i is an error, never gone", async (status, expected) => {
      server.script = () => ({ status });
      expect(await rejection(adapters.source.exists(signal()))).toMatchObject({ operation: "HeadBucket", ...expected });
    });
  });
});
