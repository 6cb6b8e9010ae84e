/** Contract: multipart uploads, and multipart copies. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type CompleteMultipartUploadCommandInput,
  type UploadPartCopyCommandInput,
} from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import { bytes, copySource, MIB, put, refusal, useTarget, type Place, type S3Target } from "./target";

export function describeMultipart(target: S3Target): void {
  describe(`${target.name}: multipart`, () => {
    const run = useTarget(target);
    const key = (name: string): string => run().prefix + name;
    const general = (): Place => ({ client: run().plain, bucket: run().general });
    const directory = (): Place => ({ client: run().plain, bucket: run().directory });
    const both = (): Place[] => [general(), directory()];

    it("makes one object of its parts, with the headers of its creation (API CompleteMultipartUpload)", async () => {
      const content = bytes(5 * MIB + 3);
      for (const place of both()) {
        const upload = await begin(place, key("whole"), { ContentType: "video/mp4", Metadata: { a: "1" } });
        const first = await upload.part(1, content.subarray(0, 5 * MIB));
        const second = await upload.part(2, content.subarray(5 * MIB));
        const { ETag } = await upload.complete([first, second], { MpuObjectSize: content.length });
        const { Body, ...got } = await place.client.send(
          new GetObjectCommand({ Bucket: place.bucket, Key: key("whole") }),
        );
        expect(got).toMatchObject({
          ContentType: "video/mp4",
          Metadata: { a: "1" },
          ContentLength: content.length,
          ETag,
        });
        expect(Buffer.compare(Buffer.from((await Body?.transformToByteArray()) ?? []), content)).toBe(0);
      }
    });

    it("has the MD5 of the MD5s and the number of parts as ETag in a general purpose bucket (API Object)", async () => {
      const upload = await begin(general(), key("etag"));
      const { ETag } = await upload.complete([await upload.part(1, "one")]);
      const md5 = createHash("md5").update(createHash("md5").update("one").digest()).digest("hex");
      expect(ETag).toBe(`"${md5}-1"`);
    });

    it("has another ETag for every attempt at a part in a directory bucket (UG s3-express-differences)", async () => {
      const upload = await begin(directory(), key("attempts"));
      const first = await upload.part(1, "same");
      const second = await upload.part(1, "same");
      expect(first.ETag).not.toBe(second.ETag);
      expect(await refusal(upload.complete([first]))).toEqual({ name: "InvalidPart", status: 400 });
      await upload.complete([second]);
    });

    it("refuses parts that are missing, out of order, or too small (API CompleteMultipartUpload, special errors)", async () => {
      for (const place of both()) {
        const upload = await begin(place, key("bad"));
        const one = await upload.part(1, "small");
        const two = await upload.part(2, "small");
        expect(await refusal(upload.complete([two, one]))).toEqual({ name: "InvalidPartOrder", status: 400 });
        expect(await refusal(upload.complete([one, two]))).toEqual({ name: "EntityTooSmall", status: 400 });
        expect(await refusal(upload.complete([one, { PartNumber: 2, ETag: '"0"' }]))).toEqual({
          name: "InvalidPart",
          status: 400,
        });
        expect(await refusal(upload.complete([one], { MpuObjectSize: 6 }))).toEqual({
          name: "InvalidRequest",
          status: 400,
        });
        expect(await refusal(upload.part(10_001, "x"))).toEqual({ name: "InvalidArgument", status: 400 });
        await upload.abort();
      }
    });

    it("wants part numbers 1, 2, 3 in a directory bucket only (UG s3-express-using-multipart-upload)", async () => {
      for (const [place, accepted] of [
        [general(), true],
        [directory(), false],
      ] as const) {
        const upload = await begin(place, key("gap"));
        const second = await upload.part(2, "only");
        if (accepted) await upload.complete([second]);
        else expect(await refusal(upload.complete([second]))).toEqual({ name: "InvalidPartOrder", status: 400 });
      }
    });

    it("forgets an upload that was aborted or completed (API AbortMultipartUpload)", async () => {
      const GONE = { name: "NoSuchUpload", status: 404 };
      for (const place of both()) {
        const upload = await begin(place, key("gone"));
        const part = await upload.part(1, "x");
        await upload.abort();
        expect(await refusal(upload.part(2, "x"))).toEqual(GONE);
        expect(await refusal(upload.complete([part]))).toEqual(GONE);
        expect(await refusal(upload.abort())).toEqual(GONE);
        expect(await refusal(upload.list())).toEqual(GONE);
      }
    });

    it("completes on conditions on the destination (API CompleteMultipartUpload, IfMatch, IfNoneMatch)", async () => {
      for (const place of both()) {
        await put(place, key("there"), "x");
        const upload = await begin(place, key("there"));
        const part = await upload.part(1, "y");
        expect(await refusal(upload.complete([part], { IfNoneMatch: "*" }))).toEqual({
          name: "PreconditionFailed",
          status: 412,
        });
        await upload.abort();
      }
    });

    it("lists parts in order, page by page (API ListParts)", async () => {
      for (const place of both()) {
        const upload = await begin(place, key("parts"));
        for (const number of [3, 1, 2]) await upload.part(number, "x".repeat(number));
        const first = await upload.list({ MaxParts: 2 });
        expect([first.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]), first.IsTruncated]).toEqual([
          [
            [1, 1],
            [2, 2],
          ],
          true,
        ]);
        const second = await upload.list({ PartNumberMarker: first.NextPartNumberMarker });
        expect([second.Parts?.map(({ PartNumber }) => PartNumber), second.IsTruncated]).toEqual([[3], false]);
        await upload.abort();
      }
    });

    it("lists open uploads page by page (API ListMultipartUploads)", async () => {
      for (const place of both()) {
        const uploads = [];
        for (const name of ["b", "a", "a", "c"]) uploads.push(await begin(place, key(`open/${name}`)));
        const seen: string[] = [];
        let KeyMarker: string | undefined;
        let UploadIdMarker: string | undefined;
        do {
          const page = await place.client.send(
            new ListMultipartUploadsCommand({
              Bucket: place.bucket,
              Prefix: key("open/"),
              MaxUploads: 1,
              KeyMarker,
              UploadIdMarker,
            }),
          );
          for (const upload of page.Uploads ?? []) seen.push(`${upload.Key?.slice(-1)} ${upload.UploadId}`);
          KeyMarker = page.NextKeyMarker;
          UploadIdMarker = page.NextUploadIdMarker;
        } while (KeyMarker !== undefined);
        expect([...seen].sort()).toEqual(uploads.map(({ name, id }) => `${name.slice(-1)} ${id}`).sort());
        for (const upload of uploads) await upload.abort();
      }
    });

    it("refuses a prefix without a trailing slash, and UploadIdMarker, in a directory bucket (API ListMultipartUploads)", async () => {
      const list = (more: object) =>
        run().plain.send(new ListMultipartUploadsCommand({ Bucket: run().directory, ...more }));
      expect((await refusal(list({ Prefix: key("op") }))).status).toBe(400);
      expect((await refusal(list({ UploadIdMarker: "x", KeyMarker: "y" }))).status).toBeGreaterThanOrEqual(400);
    });

    it("copies ranges into parts; each names the source's ETag (API UploadPartCopy)", async () => {
      const content = bytes(11 * MIB);
      const etag = await put(general(), key("source"), content);
      for (const place of both()) {
        const upload = await begin(place, key("copied"));
        const CopySource = copySource(run().general, key("source"));
        const first = await upload.copy(1, {
          CopySource,
          CopySourceRange: `bytes=0-${6 * MIB - 1}`,
          CopySourceIfMatch: etag,
        });
        const second = await upload.copy(2, {
          CopySource,
          CopySourceRange: `bytes=${6 * MIB}-${11 * MIB - 1}`,
          CopySourceIfMatch: etag,
        });
        const failed = upload.copy(2, { CopySource, CopySourceRange: "bytes=0-9", CopySourceIfMatch: '"0"' });
        expect(await refusal(failed)).toEqual({ name: "PreconditionFailed", status: 412 });
        await upload.complete([first, second], { MpuObjectSize: content.length });
        const { Body } = await place.client.send(new GetObjectCommand({ Bucket: place.bucket, Key: key("copied") }));
        expect(Buffer.compare(Buffer.from((await Body?.transformToByteArray()) ?? []), content)).toBe(0);
      }
    });

    it("copies a range only of a source above 5 MiB, and only inside it (API UploadPartCopy, CopySourceRange)", async () => {
      await put(general(), key("tiny"), "0123456789");
      const upload = await begin(directory(), key("range"));
      const CopySource = copySource(run().general, key("tiny"));
      expect(await refusal(upload.copy(1, { CopySource, CopySourceRange: "bytes=0-4" }))).toEqual({
        name: "InvalidRequest",
        status: 400,
      });
      expect((await refusal(upload.copy(1, { CopySource, CopySourceRange: "bytes=0-10" }))).status).toBe(400);
      await upload.complete([await upload.copy(1, { CopySource })]);
    });

    it("answers one part and their number with PartNumber (API HeadObject, PartNumber)", async () => {
      for (const place of both()) {
        const upload = await begin(place, key("numbered"));
        await upload.complete([await upload.part(1, bytes(5 * MIB)), await upload.part(2, "tail")]);
        const head = await place.client.send(
          new HeadObjectCommand({ Bucket: place.bucket, Key: key("numbered"), PartNumber: 2 }),
        );
        expect([head.PartsCount, head.ContentLength]).toEqual([2, 4]);
      }
    });
  });
}

interface ListedPart {
  readonly PartNumber: number;
  readonly ETag: string | undefined;
}

/** One upload, with what a client does to it. */
async function begin({ client, bucket }: Place, key: string, attributes: object = {}) {
  const { UploadId = "" } = await client.send(
    new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ...attributes }),
  );
  const target = { Bucket: bucket, Key: key, UploadId };
  return {
    id: UploadId,
    name: key,
    async part(PartNumber: number, Body: string | Uint8Array): Promise<ListedPart> {
      const { ETag } = await client.send(new UploadPartCommand({ ...target, PartNumber, Body }));
      return { PartNumber, ETag };
    },
    async copy(
      PartNumber: number,
      more: Partial<UploadPartCopyCommandInput> & { CopySource: string },
    ): Promise<ListedPart> {
      const { CopyPartResult } = await client.send(new UploadPartCopyCommand({ ...target, PartNumber, ...more }));
      return { PartNumber, ETag: CopyPartResult?.ETag };
    },
    complete: (Parts: ListedPart[], more: Partial<CompleteMultipartUploadCommandInput> = {}) =>
      client.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts }, ...more })),
    abort: () => client.send(new AbortMultipartUploadCommand(target)),
    list: (more: object = {}) => client.send(new ListPartsCommand({ ...target, ...more })),
  };
}
