/** Contract: CopyObject. */
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type CopyObjectCommandInput,
} from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import { copySource, put, refusal, useTarget, type S3Target } from "./target";

export function describeCopying(target: S3Target): void {
  describe(`${target.name}: CopyObject`, () => {
    const run = useTarget(target);
    const key = (name: string): string => run().prefix + name;
    const general = () => ({ client: run().plain, bucket: run().general });
    const copy = (bucket: string, to: string, from: string, more: Partial<CopyObjectCommandInput> = {}) =>
      run().plain.send(
        new CopyObjectCommand({
          Bucket: bucket,
          Key: key(to),
          CopySource: copySource(run().general, key(from)),
          ...more,
        }),
      );
    const head = (bucket: string, name: string) =>
      run().plain.send(new HeadObjectCommand({ Bucket: bucket, Key: key(name) }));

    it("copies bytes, headers and metadata by default (API CopyObject, MetadataDirective)", async () => {
      const attributes = { ContentType: "text/css", CacheControl: "no-store", Metadata: { a: "1" } };
      await put(general(), key("plain"), "body{}", attributes);
      for (const bucket of [run().general, run().directory]) {
        await copy(bucket, "plain-copy", "plain", { Metadata: { ignored: "yes" } });
        expect(await head(bucket, "plain-copy")).toMatchObject({ ...attributes, ContentLength: 6 });
        const { Body } = await run().plain.send(new GetObjectCommand({ Bucket: bucket, Key: key("plain-copy") }));
        expect(await Body?.transformToString()).toBe("body{}");
      }
    });

    it("takes headers and metadata from the request with REPLACE (API CopyObject, MetadataDirective)", async () => {
      await put(general(), key("old"), "x", {
        ContentType: "text/css",
        CacheControl: "no-store",
        Metadata: { a: "1" },
      });
      for (const bucket of [run().general, run().directory]) {
        await copy(bucket, "new", "old", {
          MetadataDirective: "REPLACE",
          ContentType: "text/plain",
          Metadata: { b: "2" },
        });
        const got = await head(bucket, "new");
        expect([got.ContentType, got.CacheControl, got.Metadata]).toEqual(["text/plain", undefined, { b: "2" }]);
      }
    });

    it("answers an ETag: the MD5 in general purpose, a new random one in directory buckets (UG directory-buckets-objects-copy)", async () => {
      await put(general(), key("etag"), "etag");
      const md5 = `"${createHash("md5").update("etag").digest("hex")}"`;
      expect((await copy(run().general, "etag-copy", "etag")).CopyObjectResult?.ETag).toBe(md5);
      const first = (await copy(run().directory, "etag-copy", "etag")).CopyObjectResult?.ETag;
      const second = (await copy(run().directory, "etag-copy", "etag")).CopyObjectResult?.ETag;
      expect(new Set([first, second, md5, undefined]).size).toBe(4);
    });

    it("finds sources by their encoded keys; a bare plus is a space (API CopyObject; aws/aws-sdk-js#1821)", async () => {
      for (const name of ["s p", "p+q", "e%20x", "日本/ü", "x?y#z&w", "a//b", "🎉"]) {
        await put(general(), key(name), name);
        await copy(run().directory, "by-key", name);
        const { Body } = await run().plain.send(new GetObjectCommand({ Bucket: run().directory, Key: key("by-key") }));
        expect(await Body?.transformToString()).toBe(name);
      }
      await copy(run().directory, "by-key", "s p", { CopySource: `/${run().general}/${key("s+p")}` });
      expect(
        await refusal(copy(run().directory, "by-key", "", { CopySource: `${run().general}/${key("p+q")}` })),
      ).toEqual({ name: "NoSuchKey", status: 404 });
    });

    it("fails with NoSuchKey or NoSuchBucket for a missing source (API CopyObject)", async () => {
      expect(await refusal(copy(run().directory, "x", "missing"))).toEqual({ name: "NoSuchKey", status: 404 });
      const CopySource = `s3es-none-${run().prefix.slice(9, 17)}/key`;
      expect(await refusal(copy(run().directory, "x", "missing", { CopySource }))).toEqual({
        name: "NoSuchBucket",
        status: 404,
      });
    });

    it("refuses to copy a tagged object into a directory bucket unless its tags are replaced by none (API CopyObject, TaggingDirective)", async () => {
      await put(general(), key("tagged"), "x", { Tagging: "a=b" });
      const NOT_IMPLEMENTED = { name: "NotImplemented", status: 501 };
      expect(await refusal(copy(run().directory, "tagged", "tagged"))).toEqual(NOT_IMPLEMENTED);
      expect(await refusal(copy(run().directory, "tagged", "tagged", { TaggingDirective: "COPY" }))).toEqual(
        NOT_IMPLEMENTED,
      );
      expect(
        await refusal(copy(run().directory, "tagged", "tagged", { TaggingDirective: "REPLACE", Tagging: "c=d" })),
      ).toEqual(NOT_IMPLEMENTED);
      await copy(run().directory, "tagged", "tagged", { TaggingDirective: "REPLACE" });
      await copy(run().directory, "tagged", "tagged", { TaggingDirective: "REPLACE", Tagging: "" });
    });

    it("refuses other storage classes in a directory bucket and writes nothing (API CopyObject, StorageClass)", async () => {
      await put(general(), key("class"), "x");
      expect((await refusal(copy(run().directory, "class", "class", { StorageClass: "STANDARD" }))).status).toBe(400);
      expect(await refusal(head(run().directory, "class"))).toMatchObject({ status: 404 });
    });

    it("refuses to copy an object onto itself without a change (API CopyObject)", async () => {
      await put(general(), key("self"), "x");
      expect(await refusal(copy(run().general, "self", "self"))).toEqual({ name: "InvalidRequest", status: 400 });
      await copy(run().general, "self", "self", { MetadataDirective: "REPLACE", Metadata: { now: "changed" } });
      expect((await head(run().general, "self")).Metadata).toEqual({ now: "changed" });
    });

    it("copies out of a directory bucket too (API CopyObject)", async () => {
      await put({ client: run().plain, bucket: run().directory }, key("there"), "and back");
      await copy(run().general, "back", "", { CopySource: copySource(run().directory, key("there")) });
      expect((await head(run().general, "back")).ETag).toBe(`"${createHash("md5").update("and back").digest("hex")}"`);
    });
  });
}
