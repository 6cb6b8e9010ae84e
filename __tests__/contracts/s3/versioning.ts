/** Contract: versions and delete markers of a general purpose bucket. */
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { copySource, listKeys, refusal, useTarget, type S3Target } from "./target";

export function describeVersioning(target: S3Target): void {
  describe(`${target.name}: versioning`, () => {
    const run = useTarget(target);
    const key = (name: string): string => run().prefix + name;
    const input = (name: string, VersionId?: string) => ({ Bucket: run().versioned, Key: key(name), VersionId });
    const put = async (name: string, Body: string) =>
      (await run().plain.send(new PutObjectCommand({ Bucket: run().versioned, Key: key(name), Body }))).VersionId;
    const content = async (name: string, versionId?: string) =>
      (await run().plain.send(new GetObjectCommand(input(name, versionId)))).Body?.transformToString();
    const status = async (attempt: Promise<unknown>) => (await refusal(attempt)).status;

    it("keeps every version and answers the current one (UG versioning-workflows)", async () => {
      const first = await put("kept", "1");
      const second = await put("kept", "2");
      expect(first).not.toBe(second);
      expect([await content("kept"), await content("kept", first), await content("kept", second)]).toEqual([
        "2",
        "1",
        "2",
      ]);
    });

    it("hides an object behind a delete marker and brings it back without it (UG DeleteMarker)", async () => {
      const version = await put("hidden", "1");
      const client = run().plain;
      const { DeleteMarker, VersionId } = await client.send(new DeleteObjectCommand(input("hidden")));
      expect(DeleteMarker).toBe(true);
      expect(await status(client.send(new HeadObjectCommand(input("hidden"))))).toBe(404);
      expect(await refusal(client.send(new GetObjectCommand(input("hidden"))))).toEqual({
        name: "NoSuchKey",
        status: 404,
      });
      expect(await status(client.send(new HeadObjectCommand(input("hidden", VersionId))))).toBe(405);
      expect(await content("hidden", version)).toBe("1");
      expect(await listKeys({ client, bucket: run().versioned }, key("hidden"))).toEqual([]);
      expect((await client.send(new DeleteObjectCommand(input("hidden", VersionId)))).DeleteMarker).toBe(true);
      expect(await content("hidden")).toBe("1");
    });

    it("copies the current or a named version; a delete marker is 404, or 400 when named (API CopyObject, CopySource)", async () => {
      const first = await put("source", "1");
      await put("source", "2");
      const client = run().plain;
      const copy = async (versionId?: string) => {
        const CopySource = copySource(run().versioned, key("source"), versionId);
        const { CopySourceVersionId } = await client.send(
          new CopyObjectCommand({ Bucket: run().directory, Key: key("copy"), CopySource }),
        );
        const { Body } = await client.send(new GetObjectCommand({ Bucket: run().directory, Key: key("copy") }));
        return [CopySourceVersionId, await Body?.transformToString()];
      };
      expect(await copy(first)).toEqual([first, "1"]);
      expect((await copy())[1]).toBe("2");
      const { VersionId } = await client.send(new DeleteObjectCommand(input("source")));
      expect(await refusal(copy())).toEqual({ name: "NoSuchKey", status: 404 });
      expect(await status(copy(VersionId))).toBe(400);
    });

    it("lists versions, the newest first, and delete markers, page by page (API ListObjectVersions)", async () => {
      const versions = [await put("listed", "1"), await put("listed", "2")];
      const client = run().plain;
      const { VersionId: marker } = await client.send(new DeleteObjectCommand(input("listed")));
      const seen: (string | undefined)[] = [];
      let at: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
      while (at !== undefined) {
        const page: Awaited<ReturnType<typeof list>> = await list(at);
        seen.push(...[...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ VersionId }) => VersionId));
        at =
          page.IsTruncated === true
            ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
            : undefined;
      }
      expect(seen).toEqual([marker, versions[1], versions[0]]);
      function list(from: object) {
        return client.send(
          new ListObjectVersionsCommand({ Bucket: run().versioned, Prefix: key("listed"), MaxKeys: 1, ...from }),
        );
      }
    });

    it("answers whether versioning is on (API GetBucketVersioning)", async () => {
      const statusOf = async (Bucket: string) =>
        (await run().plain.send(new GetBucketVersioningCommand({ Bucket }))).Status;
      expect([await statusOf(run().versioned), await statusOf(run().general)]).toEqual(["Enabled", undefined]);
      expect(await status(statusOf(run().directory))).toBeGreaterThanOrEqual(400);
    });
  });
}
