/** Contract: conditional requests. */
import { CopyObjectCommand, DeleteObjectCommand, GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3";
import { copySource, put, refusal, useTarget, type Place, type S3Target } from "./target";

const FAILED = { name: "PreconditionFailed", status: 412 };
const OTHER = '"0123456789abcdef0123456789abcdef"';

export function describeConditions(target: S3Target): void {
  describe(`${target.name}: conditions`, () => {
    const run = useTarget(target);
    const both = (): Place[] => [run().general, run().directory].map((bucket) => ({ client: run().plain, bucket }));
    const key = (name: string): string => run().prefix + name;

    it("reads on If-Match and If-None-Match (UG conditional-reads)", async () => {
      for (const { client, bucket } of both()) {
        const etag = await put({ client, bucket }, key("read"), "x");
        const input = { Bucket: bucket, Key: key("read") };
        await client.send(new GetObjectCommand({ ...input, IfMatch: etag }));
        await client.send(new HeadObjectCommand({ ...input, IfNoneMatch: OTHER }));
        expect(await refusal(client.send(new GetObjectCommand({ ...input, IfMatch: OTHER })))).toEqual(FAILED);
        expect((await refusal(client.send(new HeadObjectCommand({ ...input, IfMatch: OTHER })))).status).toBe(412);
        expect((await refusal(client.send(new HeadObjectCommand({ ...input, IfNoneMatch: etag })))).status).toBe(304);
      }
    });

    it("reads on modification times (UG conditional-reads)", async () => {
      for (const { client, bucket } of both()) {
        await put({ client, bucket }, key("time"), "x");
        const input = { Bucket: bucket, Key: key("time") };
        const { LastModified } = await client.send(new HeadObjectCommand(input));
        const before = new Date((LastModified?.getTime() ?? 0) - 5000);
        expect(
          (await refusal(client.send(new HeadObjectCommand({ ...input, IfModifiedSince: LastModified })))).status,
        ).toBe(304);
        expect(
          (await refusal(client.send(new HeadObjectCommand({ ...input, IfUnmodifiedSince: before })))).status,
        ).toBe(412);
        await client.send(
          new HeadObjectCommand({ ...input, IfModifiedSince: before, IfUnmodifiedSince: LastModified }),
        );
      }
    });

    it("creates only when absent with If-None-Match: * (UG conditional-writes)", async () => {
      for (const place of both()) {
        await put(place, key("create"), "1", { IfNoneMatch: "*" });
        expect(await refusal(put(place, key("create"), "2", { IfNoneMatch: "*" }))).toEqual(FAILED);
      }
    });

    it("overwrites only what was seen with If-Match; 404 where nothing is (UG conditional-writes)", async () => {
      for (const place of both()) {
        const etag = await put(place, key("replace"), "1");
        const second = await put(place, key("replace"), "2", { IfMatch: etag });
        expect(await refusal(put(place, key("replace"), "3", { IfMatch: etag }))).toEqual(FAILED);
        expect(await refusal(put(place, key("absent"), "3", { IfMatch: second }))).toEqual({
          name: "NoSuchKey",
          status: 404,
        });
      }
    });

    it("copies on conditions on the source (API CopyObject, CopySourceIf*)", async () => {
      const { client, general } = { client: run().plain, general: run().general };
      const etag = await put({ client, bucket: general }, key("source"), "x");
      const { LastModified = new Date(0) } = await client.send(
        new HeadObjectCommand({ Bucket: general, Key: key("source") }),
      );
      const before = new Date(LastModified.getTime() - 5000);
      for (const { bucket } of both()) {
        const copy = (conditions: object) =>
          client.send(
            new CopyObjectCommand({
              Bucket: bucket,
              Key: key("copy"),
              CopySource: copySource(general, key("source")),
              ...conditions,
            }),
          );
        await copy({ CopySourceIfMatch: etag });
        await copy({ CopySourceIfMatch: etag, CopySourceIfUnmodifiedSince: before });
        await copy({ CopySourceIfNoneMatch: OTHER });
        for (const conditions of [
          { CopySourceIfMatch: OTHER },
          { CopySourceIfNoneMatch: etag },
          { CopySourceIfUnmodifiedSince: before },
          { CopySourceIfModifiedSince: LastModified },
          { CopySourceIfNoneMatch: etag, CopySourceIfModifiedSince: before },
        ]) {
          expect([conditions, await refusal(copy(conditions))]).toEqual([conditions, FAILED]);
        }
      }
    });

    it("copies on conditions on the destination (API CopyObject, IfMatch, IfNoneMatch)", async () => {
      const client = run().plain;
      await put({ client, bucket: run().general }, key("from"), "x");
      for (const { bucket } of both()) {
        const copy = (conditions: object) =>
          client.send(
            new CopyObjectCommand({
              Bucket: bucket,
              Key: key("to"),
              CopySource: copySource(run().general, key("from")),
              ...conditions,
            }),
          );
        const { CopyObjectResult } = await copy({ IfNoneMatch: "*" });
        expect(await refusal(copy({ IfNoneMatch: "*" }))).toEqual(FAILED);
        expect(await refusal(copy({ IfMatch: OTHER }))).toEqual(FAILED);
        await copy({ IfMatch: CopyObjectResult?.ETag });
      }
    });

    it("deletes only what was seen with If-Match (UG conditional-deletes)", async () => {
      for (const { client, bucket } of both()) {
        const etag = await put({ client, bucket }, key("delete"), "x");
        const remove = (IfMatch: string) =>
          client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key("delete"), IfMatch }));
        expect(await refusal(remove(OTHER))).toEqual(FAILED);
        await remove(etag);
        expect(await refusal(client.send(new HeadObjectCommand({ Bucket: bucket, Key: key("delete") })))).toMatchObject(
          { status: 404 },
        );
      }
    });

    it("deletes by size and time in directory buckets only (API DeleteObject, IfMatchSize, IfMatchLastModifiedTime)", async () => {
      const [general, directory] = both() as [Place, Place];
      const input = { Bucket: directory.bucket, Key: key("size") };
      await put(directory, key("size"), "four");
      expect(await refusal(directory.client.send(new DeleteObjectCommand({ ...input, IfMatchSize: 5 })))).toEqual(
        FAILED,
      );
      const { LastModified = new Date() } = await directory.client.send(new HeadObjectCommand(input));
      const wrong = new Date(LastModified.getTime() - 60_000);
      expect(
        await refusal(directory.client.send(new DeleteObjectCommand({ ...input, IfMatchLastModifiedTime: wrong }))),
      ).toEqual(FAILED);
      await directory.client.send(
        new DeleteObjectCommand({ ...input, IfMatchSize: 4, IfMatchLastModifiedTime: LastModified }),
      );
      // "If the Size matches or if the object doesn't exist, the operation will return a 204."
      await directory.client.send(new DeleteObjectCommand({ ...input, IfMatchSize: 4 }));
      await put(general, key("size"), "four");
      const refused = refusal(
        general.client.send(new DeleteObjectCommand({ Bucket: general.bucket, Key: key("size"), IfMatchSize: 4 })),
      );
      expect((await refused).status).toBeGreaterThanOrEqual(400);
    });
  });
}
