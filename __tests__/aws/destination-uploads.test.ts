import {
  DESTINATION,
  ODD_KEYS,
  errorBody,
  line,
  makeAdapters,
  TRANSPORTS,
  rejection,
  signal,
  startServer,
  xml,
  type Adapters,
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

  const CONTENT = { headers: { "content-type": "a/b", expires: "soon" }, metadata: { m: "=?UTF-8?B?5pel?=" } };
  const created = (id: string) => ({
    body: xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`),
  });

  describe("createUpload", () => {
    test("carries headers and metadata, under a session, and asks for no checksum by itself", async () => {
      server.script = () => created("up+/=1");
      const request = { key: "d/k", content: CONTENT, checksumAlgorithm: undefined };
      expect(await adapters.destination.createUpload(request, signal())).toBe("up+/=1");
      const { headers } = server.requests[0]!;
      expect(line(server.requests[0]!)).toBe(`POST /${DESTINATION}//d/k?uploads=`);
      expect(headers).toMatchObject({ "content-type": "a/b", expires: "soon", "x-amz-meta-m": "=?UTF-8?B?5pel?=" });
      expect(headers["x-amz-s3session-token"]).toBe("token-1");
      expect(Object.keys(headers).filter((name) => /checksum|encryption|storage/.test(name))).toEqual([]);
    });

    test("asks for a checksum of the whole object and the KMS key", async () => {
      server.script = () => created("u");
      const withKey = makeAdapters(server.endpoint, { transport, kmsKeyArn: "arn:k" });
      const request = { key: "k", content: CONTENT, checksumAlgorithm: "CRC32" } as const;
      await withKey.destination.createUpload(request, signal());
      withKey.destroy();
      expect(server.requests[0]!.headers).toMatchObject({
        "x-amz-checksum-algorithm": "CRC32",
        "x-amz-checksum-type": "FULL_OBJECT",
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": "arn:k",
      });
    });

    test("an answer without an upload id has an unknown effect", async () => {
      const request = { key: "k", content: CONTENT, checksumAlgorithm: undefined };
      expect(await rejection(adapters.destination.createUpload(request, signal()))).toMatchObject({
        effect: "unknown",
      });
    });
  });

  describe("copyPart", () => {
    const part = (key: string) => ({
      key,
      uploadId: "u/+ =",
      partNumber: 7,
      firstByte: 10,
      lastByte: 19,
      sourceEtag: "abc-2",
    });
    const answer = { body: xml(`<CopyPartResult><ETag>&quot;p7&quot;</ETag></CopyPartResult>`) };

    test.each(ODD_KEYS)("of a key %s names range and condition, with the plain credentials", async (_, key, path) => {
      server.script = () => answer;
      expect(await adapters.destination.copyPart(part(key), signal())).toBe("p7");
      const { headers } = server.requests[0]!;
      expect(line(server.requests[0]!)).toBe(`PUT /${DESTINATION}//${path}?partNumber=7&uploadId=u%2F%2B%20%3D`);
      expect(headers).toMatchObject({
        "x-amz-copy-source": `source/${path}`,
        "x-amz-copy-source-range": "bytes=10-19",
        "x-amz-copy-source-if-match": '"abc-2"',
      });
      expect(headers["x-amz-s3session-token"]).toBeUndefined();
      expect(server.sessionRequests).toEqual([]);
    });

    test("every part carries the condition", async () => {
      server.script = () => answer;
      await Promise.all([1, 2, 3].map((n) => adapters.destination.copyPart({ ...part("k"), partNumber: n }, signal())));
      expect(server.requests.map(({ headers }) => headers["x-amz-copy-source-if-match"])).toEqual(
        Array(3).fill('"abc-2"'),
      );
    });
  });

  describe("completeUpload", () => {
    const request = {
      key: "k",
      uploadId: "u",
      parts: [
        { partNumber: 1, etag: "e1" },
        { partNumber: 2, etag: "e2" },
      ],
      size: 5_368_709_121,
      checksumAlgorithm: "CRC32",
    } as const;
    const COMPLETED = xml(
      `<CompleteMultipartUploadResult><ETag>"x"</ETag><ChecksumCRC32>AA==</ChecksumCRC32><ChecksumType>FULL_OBJECT</ChecksumType></CompleteMultipartUploadResult>`,
    );

    test("names all parts and the size under a session, without a condition on the destination", async () => {
      server.script = () => ({ body: COMPLETED });
      const result = await adapters.destination.completeUpload(request, signal());
      expect(result).toEqual({ checksum: { algorithm: "CRC32", value: "AA==" } });
      const { headers, body } = server.requests[0]!;
      expect(line(server.requests[0]!)).toBe(`POST /${DESTINATION}//k?uploadId=u`);
      expect(headers).toMatchObject({ "x-amz-mp-object-size": "5368709121", "x-amz-checksum-type": "FULL_OBJECT" });
      expect(headers["if-match"]).toBeUndefined();
      expect(headers["if-none-match"]).toBeUndefined();
      expect(headers["x-amz-s3session-token"]).toBe("token-1");
      const parts = [...body.matchAll(/<Part>(.*?)<\/Part>/g)].map(([, part]) => part!.replaceAll("&quot;", '"'));
      expect(parts.map((part) => [/<PartNumber>(\d+)/.exec(part)?.[1], /<ETag>(.*?)<\/ETag>/.exec(part)?.[1]])).toEqual(
        [
          ["1", '"e1"'],
          ["2", '"e2"'],
        ],
      );
    });

    test("whatever an ETag holds, the document is well formed", async () => {
      server.script = () => ({ body: COMPLETED });
      const parts = [{ partNumber: 1, etag: "a&b<c>" }];
      await adapters.destination.completeUpload({ ...request, parts }, signal());
      expect(server.requests[0]!.body.replaceAll('"', "&quot;")).toContain("<ETag>&quot;a&amp;b&lt;c&gt;&quot;</ETag>");
    });

    test.each([
      ["at once", (error: string) => error],
      ["behind whitespace", (error: string) => " \n \n" + error],
    ])("an error inside a 200 is what it says: %s", async (_, place) => {
      server.script = () => ({ body: place(errorBody("InvalidPart")) });
      const error = await rejection(adapters.destination.completeUpload(request, signal()));
      expect(error).toMatchObject({ code: "InvalidPart", effect: "none", httpStatus: 200 });
    });

    test("an error inside a 200 that the SDK takes for a success has an unknown effect", async () => {
      server.script = () => ({ body: `${errorBody("InternalError")}\n` });
      const error = await rejection(adapters.destination.completeUpload(request, signal()));
      expect(error).toMatchObject({ code: transport === "lean" ? "Unavailable" : "Unknown", effect: "unknown" });
    });
  });

  test("abortUpload deletes the upload and reports NoSuchUpload", async () => {
    server.script = () => ({ status: 204 });
    await adapters.destination.abortUpload("a b", "u", signal());
    expect(line(server.requests[0]!)).toBe(`DELETE /${DESTINATION}//a%20b?uploadId=u`);
    server.script = () => ({ status: 404, body: errorBody("NoSuchUpload") });
    const error = await rejection(adapters.destination.abortUpload("a b", "u", signal()));
    expect(error).toMatchObject({ code: "NoSuchUpload", effect: "none", requestId: "RID" });
  });

  describe("listParts", () => {
    const page = (numbers: number[], next?: number) => ({
      body: xml(
        `<ListPartsResult>${numbers.map((n) => `<Part><PartNumber>${n}</PartNumber><ETag>"e${n}"</ETag><Size>${n * 10}</Size></Part>`).join("")}` +
          `<IsTruncated>${next !== undefined}</IsTruncated>${next === undefined ? "" : `<NextPartNumberMarker>${next}</NextPartNumberMarker>`}</ListPartsResult>`,
      ),
    });

    test("reads all pages", async () => {
      server.script = ({ target }) => (target.includes("part-number-marker=2") ? page([3]) : page([1, 2], 2));
      expect(await adapters.destination.listParts("k", "u", signal())).toEqual([
        { partNumber: 1, etag: "e1", size: 10 },
        { partNumber: 2, etag: "e2", size: 20 },
        { partNumber: 3, etag: "e3", size: 30 },
      ]);
    });

    test("a truncated page without a way on is an error and not the last page", async () => {
      server.script = ({ target }) => (target.includes("part-number-marker=2") ? page([1, 2], 2) : page([1, 2], 2));
      expect(await rejection(adapters.destination.listParts("k", "u", signal()))).toMatchObject({ effect: "none" });
    });
  });

  describe("listUploads", () => {
    const page = (uploads: readonly (readonly [key: string, id: string])[], more = "", encoding = "") => ({
      body: xml(
        `<ListMultipartUploadsResult>${encoding}${uploads.map(([key, id]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`).join("")}${more}</ListMultipartUploadsResult>`,
      ),
    });

    test.each([
      ["d/e/k", "&prefix=d%2Fe%2F"],
      ["k", ""],
      ["d/", "&prefix=d%2F"],
      ["日 本/k", "&prefix=%E6%97%A5%20%E6%9C%AC%2F"],
    ])("of %s asks for its directory", async (key, prefix) => {
      server.script = () => page([]);
      expect(await adapters.destination.listUploads(key, signal())).toEqual([]);
      const query = `delimiter=%2F&encoding-type=url${prefix}&uploads=`;
      expect(line(server.requests[0]!)).toBe(`GET /${DESTINATION}//?${query}`);
    });

    test("reads all pages and keeps only exactly this key", async () => {
      server.script = ({ target }) =>
        target.includes("key-marker=opaque")
          ? page([
              ["d/k", "3"],
              ["d/k", "4"],
            ])
          : page(
              [
                ["d/k2", "1"],
                ["d/k", "2"],
              ],
              "<IsTruncated>true</IsTruncated><NextKeyMarker>opaque</NextKeyMarker>",
            );
      expect(await adapters.destination.listUploads("d/k", signal())).toEqual(["2", "3", "4"]);
    });

    test("decodes keys when the answer says they are encoded", async () => {
      const uploads = [
        ["d/a%2Bb+c", "1"],
        ["d/a+b+c", "2"],
      ] as const;
      server.script = () => page(uploads, "", "<EncodingType>url</EncodingType>");
      expect(await adapters.destination.listUploads("d/a+b c", signal())).toEqual(["1"]);
      server.script = () => page(uploads);
      expect(await adapters.destination.listUploads("d/a+b+c", signal())).toEqual(["2"]);
    });
  });
});
