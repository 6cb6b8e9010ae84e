/** Contract: writing, reading and deleting objects. */
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import { bytes, listKeys, put, refusal, useTarget, type Place, type S3Target } from "./target";

export function describeObjects(target: S3Target): void {
  describe(`${target.name}: objects`, () => {
    const run = useTarget(target);
    const general = (): Place => ({ client: run().plain, bucket: run().general });
    const directory = (): Place => ({ client: run().plain, bucket: run().directory });
    const both = (): Place[] => [general(), directory()];
    const key = (name: string): string => run().prefix + name;

    it("gives back bytes, system headers and metadata as they were written (UG UsingMetadata)", async () => {
      for (const place of both()) {
        const attributes = {
          CacheControl: "max-age=60, private",
          ContentDisposition: 'attachment; filename="u.txt"',
          ContentEncoding: "gzip",
          ContentLanguage: "en-GB",
          ContentType: "text/plain; charset=utf-8",
          Metadata: { author: "someone", empty: "" },
        };
        await put(place, key("headers"), "content", attributes);
        const { Body, ...got } = await place.client.send(
          new GetObjectCommand({ Bucket: place.bucket, Key: key("headers") }),
        );
        expect(await Body?.transformToString()).toBe("content");
        expect(got).toMatchObject({ ...attributes, ContentLength: 7 });
        expect(
          await place.client.send(new HeadObjectCommand({ Bucket: place.bucket, Key: key("headers") })),
        ).toMatchObject(attributes);
      }
    });

    it("keeps an Expires that is no date (facts: S3 stores the text; API PutObject, Expires)", async () => {
      for (const place of both()) {
        const command = new PutObjectCommand({ Bucket: place.bucket, Key: key("expires"), Body: "x" });
        command.middlewareStack.add(
          (next) => (args) => {
            (args.request as { headers: Record<string, string> }).headers["expires"] = "tomorrow, maybe";
            return next(args);
          },
          { step: "build" },
        );
        await place.client.send(command);
        const head = await place.client.send(new HeadObjectCommand({ Bucket: place.bucket, Key: key("expires") }));
        expect(head.ExpiresString).toBe("tomorrow, maybe");
      }
    });

    it("answers metadata beyond ASCII as RFC 2047 words, and such words verbatim (UG UsingMetadata)", async () => {
      const word = "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=";
      for (const place of both()) {
        // Sent as ISO-8859-1 by Node: "ä" is the byte 0xe4.
        await put(place, key("words"), "x", { Metadata: { word, latin: "ä" } });
        const { Metadata } = await place.client.send(
          new HeadObjectCommand({ Bucket: place.bucket, Key: key("words") }),
        );
        expect(Metadata).toMatchObject({ word });
      }
    });

    it("refuses more than 2 KB of metadata (UG UsingMetadata)", async () => {
      for (const place of both()) {
        await put(place, key("meta"), "x", { Metadata: { m: "v".repeat(2047) } });
        expect(await refusal(put(place, key("meta"), "x", { Metadata: { m: "v".repeat(2048) } }))).toEqual({
          name: "MetadataTooLarge",
          status: 400,
        });
      }
    });

    it("has the content's MD5 as ETag in a general purpose bucket (API Object)", async () => {
      expect(await put(general(), key("etag"), "hello")).toBe(`"${createHash("md5").update("hello").digest("hex")}"`);
    });

    it("has a random ETag in a directory bucket, another one for the same bytes again (UG s3-express-differences)", async () => {
      const first = await put(directory(), key("etag"), "hello");
      const second = await put(directory(), key("etag"), "hello");
      expect(first).not.toBe(second);
      expect([first, second]).not.toContain(`"${createHash("md5").update("hello").digest("hex")}"`);
    });

    it("stores zero bytes, and megabytes (API PutObject)", async () => {
      for (const place of both()) {
        for (const body of [Buffer.alloc(0), bytes(3_000_001)]) {
          await put(place, key("size"), body);
          const { Body, ContentLength } = await place.client.send(
            new GetObjectCommand({ Bucket: place.bucket, Key: key("size") }),
          );
          expect(ContentLength).toBe(body.length);
          expect(Buffer.compare(Buffer.from((await Body?.transformToByteArray()) ?? []), body)).toBe(0);
        }
      }
    });

    it("answers ranges with 206 and 416 beyond the end (API GetObject, Range)", async () => {
      for (const place of both()) {
        await put(place, key("range"), "0123456789");
        const get = (Range: string) =>
          place.client.send(new GetObjectCommand({ Bucket: place.bucket, Key: key("range"), Range }));
        for (const [range, content, contentRange] of [
          ["bytes=2-4", "234", "bytes 2-4/10"],
          ["bytes=7-", "789", "bytes 7-9/10"],
          ["bytes=-2", "89", "bytes 8-9/10"],
          ["bytes=8-99", "89", "bytes 8-9/10"],
        ] as const) {
          const { Body, ContentRange, $metadata } = await get(range);
          expect([await Body?.transformToString(), ContentRange, $metadata.httpStatusCode]).toEqual([
            content,
            contentRange,
            206,
          ]);
        }
        expect(await refusal(get("bytes=10-"))).toEqual({ name: "InvalidRange", status: 416 });
      }
    });

    it("answers 404 for a missing key: with a code on GET, bare on HEAD (API GetObject, HeadObject)", async () => {
      for (const place of both()) {
        const input = { Bucket: place.bucket, Key: key("missing") };
        expect(await refusal(place.client.send(new GetObjectCommand(input)))).toEqual({
          name: "NoSuchKey",
          status: 404,
        });
        expect(await refusal(place.client.send(new HeadObjectCommand(input)))).toEqual({
          name: "NotFound",
          status: 404,
        });
      }
    });

    it("answers a HEAD in a missing bucket like one of a missing key (API HeadObject: no body)", async () => {
      const client = run().plain;
      const missing = `s3es-none-${run().prefix.slice(9, 17)}`;
      expect(await refusal(client.send(new HeadObjectCommand({ Bucket: missing, Key: "k" })))).toEqual({
        name: "NotFound",
        status: 404,
      });
      expect(await refusal(client.send(new GetObjectCommand({ Bucket: missing, Key: "k" })))).toEqual({
        name: "NoSuchBucket",
        status: 404,
      });
      expect(await refusal(client.send(new HeadBucketCommand({ Bucket: missing })))).toEqual({
        name: "NotFound",
        status: 404,
      });
    });

    it("takes every valid key byte for byte (UG object-keys)", async () => {
      const names = [
        "a b",
        "a+b",
        "a%20b",
        "日本/ü",
        "x?y#z&w",
        "emoji 🎉",
        "a//b",
        "a/../b",
        "a/./b",
        "trail/",
        "&<>\"';:@=$,!*()~|^`{}[]\\",
        "new\nline",
        fill(key("keys/")),
      ];
      for (const place of both()) {
        for (const name of names) {
          await put(place, key(`keys/${name}`), name.slice(0, 20));
        }
        for (const name of names) {
          const full = key(`keys/${name}`);
          const { Body } = await place.client.send(new GetObjectCommand({ Bucket: place.bucket, Key: full }));
          expect([full, await Body?.transformToString()]).toEqual([full, name.slice(0, 20)]);
        }
      }
    });

    it("takes a key that begins with a slash (UG object-keys)", async () => {
      for (const place of both()) {
        const name = `/${key("lead")}`;
        await put(place, name, "led");
        expect(
          await refusal(place.client.send(new HeadObjectCommand({ Bucket: place.bucket, Key: key("lead") }))),
        ).toMatchObject({ status: 404 });
        await place.client.send(new HeadObjectCommand({ Bucket: place.bucket, Key: name }));
        await place.client.send(new DeleteObjectCommand({ Bucket: place.bucket, Key: name }));
        expect(
          await refusal(place.client.send(new HeadObjectCommand({ Bucket: place.bucket, Key: name }))),
        ).toMatchObject({ status: 404 });
      }
    });

    it("refuses keys above 1,024 bytes (UG object-keys)", async () => {
      for (const place of both()) {
        expect(await refusal(put(place, "ü".repeat(513), "x"))).toEqual({ name: "KeyTooLongError", status: 400 });
      }
    });

    it("deletes without complaint what is not there (API DeleteObject)", async () => {
      for (const place of both()) {
        await put(place, key("gone"), "x");
        for (let i = 0; i < 2; i++) {
          const { $metadata } = await place.client.send(
            new DeleteObjectCommand({ Bucket: place.bucket, Key: key("gone") }),
          );
          expect($metadata.httpStatusCode).toBe(204);
        }
      }
    });

    it("deletes up to 1,000 keys at once, missing ones included (API DeleteObjects)", async () => {
      for (const place of both()) {
        await put(place, key("many/a"), "x");
        await put(place, key("many/b & c"), "x");
        const Objects = ["many/a", "many/b & c", "many/missing"].map((name) => ({ Key: key(name) }));
        const { Deleted, Errors } = await place.client.send(
          new DeleteObjectsCommand({ Bucket: place.bucket, Delete: { Objects } }),
        );
        expect([Deleted?.length, Errors?.length ?? 0]).toEqual([3, 0]);
        expect(await listKeys(place, key("many/"))).toEqual([]);
      }
    });

    it("keeps only EXPRESS_ONEZONE in a directory bucket (API PutObject, StorageClass)", async () => {
      const place = directory();
      expect((await refusal(put(place, key("class"), "x", { StorageClass: "STANDARD_IA" }))).status).toBe(400);
      await put(place, key("class"), "x", { StorageClass: "EXPRESS_ONEZONE" });
      const head = await place.client.send(new HeadObjectCommand({ Bucket: place.bucket, Key: key("class") }));
      expect(head.StorageClass).toBe("EXPRESS_ONEZONE");
    });

    it("has no object tags in a directory bucket (UG s3-express-differences)", async () => {
      expect((await refusal(put(directory(), key("tagged"), "x", { Tagging: "a=b" }))).status).toBe(501);
    });
  });
}

/** A name that makes a key of exactly 1,024 bytes behind this prefix. */
function fill(prefix: string): string {
  const left = 1024 - Buffer.byteLength(prefix);
  return "ü".repeat(Math.floor(left / 2)) + "u".repeat(left % 2);
}
