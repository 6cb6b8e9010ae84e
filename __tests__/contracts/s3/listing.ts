/** Contract: ListObjectsV2. */
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
} from "@aws-sdk/client-s3";
import { listKeys, put, refusal, useTarget, type Place, type S3Target } from "./target";

/** Chosen so that UTF-8 order, UTF-16 order and case-insensitive order all differ. */
const NAMES = ["a", "B", "b/1", "b/2", "b/c/3", "b-", "ﬀ", "🎉", "z z", "z+z"];

export function describeListing(target: S3Target): void {
  describe(`${target.name}: listing`, () => {
    const run = useTarget(target);
    const general = (): Place => ({ client: run().plain, bucket: run().general });
    const directory = (): Place => ({ client: run().plain, bucket: run().directory });
    const root = (): string => `${run().prefix}list/`;
    const list = ({ client, bucket }: Place, more: Partial<ListObjectsV2CommandInput> = {}) =>
      client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: root(), ...more }));
    const names = (keys: readonly (string | undefined)[] = []) => keys.map((key) => key?.slice(root().length));

    beforeAll(async () => {
      for (const place of [general(), directory()]) {
        for (const name of NAMES) await put(place, root() + name, name);
      }
    });

    it("lists in UTF-8 binary order in a general purpose bucket (API ListObjectsV2)", async () => {
      const expected = [...NAMES].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      for (const size of [1, 3, 1000]) expect(names(await listKeys(general(), root(), size))).toEqual(expected);
    });

    it("lists in no lexicographic order, but always the same, in a directory bucket (UG s3-express-differences)", async () => {
      const first = await listKeys(directory(), root());
      expect([...names(first)].sort()).toEqual([...NAMES].sort());
      for (const size of [1, 3]) expect(await listKeys(directory(), root(), size)).toEqual(first);
    });

    it("lists a directory's keys in a row (UG s3-express-optimizing-performance-design-patterns)", async () => {
      const found = names(await listKeys(directory(), root())).map((name) => name?.startsWith("b/"));
      expect(found.lastIndexOf(true) - found.indexOf(true)).toBe(2);
    });

    it("rolls keys up into common prefixes (API ListObjectsV2, Delimiter)", async () => {
      for (const place of [general(), directory()]) {
        const { Contents, CommonPrefixes, KeyCount } = await list(place, { Delimiter: "/" });
        expect(names(CommonPrefixes?.map(({ Prefix }) => Prefix))).toEqual(["b/"]);
        expect([...names(Contents?.map(({ Key }) => Key))].sort()).toEqual(
          NAMES.filter((name) => !name.includes("/")).sort(),
        );
        expect(KeyCount).toBe(8);
      }
    });

    it("counts common prefixes into a page (API ListObjectsV2, MaxKeys)", async () => {
      for (const place of [general(), directory()]) {
        const seen: (string | undefined)[] = [];
        let ContinuationToken: string | undefined;
        do {
          const page = await list(place, { Delimiter: "/", MaxKeys: 1, ContinuationToken });
          seen.push(
            ...(page.Contents ?? []).map(({ Key }) => Key),
            ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
          );
          ContinuationToken = page.NextContinuationToken;
        } while (ContinuationToken !== undefined);
        expect([...names(seen)].sort()).toEqual([...NAMES.filter((name) => !name.includes("/")), "b/"].sort());
      }
    });

    it("starts after a key, in a general purpose bucket only (API ListObjectsV2, StartAfter)", async () => {
      const { Contents } = await list(general(), { StartAfter: `${root()}b/1` });
      expect(names(Contents?.map(({ Key }) => Key))[0]).toBe("b/2");
      const rolled = await list(general(), { StartAfter: `${root()}b/1`, Delimiter: "/" });
      expect(rolled.CommonPrefixes).toBeUndefined();
      expect((await refusal(list(directory(), { StartAfter: `${root()}b/1` }))).status).toBeGreaterThanOrEqual(400);
    });

    it("wants a prefix that ends in a slash, and no other delimiter, in a directory bucket (API ListObjectsV2, Prefix, Delimiter)", async () => {
      expect((await refusal(list(directory(), { Prefix: `${root()}b` }))).status).toBe(400);
      expect((await refusal(list(directory(), { Delimiter: "-" }))).status).toBe(400);
      const { Contents } = await list(general(), { Prefix: `${root()}b` });
      expect(Contents).toHaveLength(4);
    });

    it("shows prefixes that exist only because of an open upload, in a directory bucket (API ListObjectsV2, Delimiter)", async () => {
      for (const [place, expected] of [
        [general(), ["b/"]],
        [directory(), ["b/", "phantom/"]],
      ] as const) {
        const upload = { Bucket: place.bucket, Key: `${root()}phantom/object` };
        const { UploadId } = await place.client.send(new CreateMultipartUploadCommand(upload));
        const { CommonPrefixes, Contents } = await list(place, { Delimiter: "/" });
        expect([...names(CommonPrefixes?.map(({ Prefix }) => Prefix))].sort()).toEqual(expected);
        expect(Contents).toHaveLength(7);
        await place.client.send(new AbortMultipartUploadCommand({ ...upload, UploadId }));
      }
    });

    it("encodes keys with EncodingType=url (API ListObjectsV2, EncodingType)", async () => {
      const { Contents } = await list(general(), { EncodingType: "url", Prefix: `${root()}z` });
      expect(names(Contents?.map(({ Key }) => Key))).toEqual(["z+z", "z%2Bz"]);
    });

    it("shows size, ETag, time and storage class (API ListObjectsV2)", async () => {
      const { Contents } = await list(directory(), { Prefix: `${root()}b/c/` });
      expect(Contents).toMatchObject([
        {
          Size: 5,
          StorageClass: "EXPRESS_ONEZONE",
          ETag: expect.stringMatching(/^".+"$/) as unknown,
          LastModified: expect.any(Date) as unknown,
        },
      ]);
    });

    it("refuses a token it did not give (API ListObjectsV2, ContinuationToken)", async () => {
      expect(await refusal(list(general(), { ContinuationToken: "nonsense" }))).toEqual({
        name: "InvalidArgument",
        status: 400,
      });
    });
  });
}
