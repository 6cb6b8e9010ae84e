/** Contract: checksums. UG checking-object-integrity. */
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
  type ChecksumAlgorithm,
  type HeadObjectCommandOutput,
} from "@aws-sdk/client-s3";
import { copySource, put, refusal, useTarget, type Place, type S3Target } from "./target";

/** The check values of the ASCII digits 1 to 9, base64 of the big-endian bytes. Public in the catalogue of CRC parameters and in FIPS 180. */
const OF_DIGITS: Readonly<Record<string, string>> = {
  CRC32: Buffer.from("cbf43926", "hex").toString("base64"),
  CRC32C: Buffer.from("e3069283", "hex").toString("base64"),
  CRC64NVME: Buffer.from("ae8b14860a799888", "hex").toString("base64"),
  SHA1: Buffer.from("f7c3bc1d808e04732adf679965ccc34ca7ae3441", "hex").toString("base64"),
  SHA256: Buffer.from("15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225", "hex").toString("base64"),
};

export function describeChecksums(target: S3Target): void {
  describe(`${target.name}: checksums (API PutObject, HeadObject, CompleteMultipartUpload)`, () => {
    const run = useTarget(target);
    const key = (name: string): string => run().prefix + name;
    const both = (): Place[] => [run().general, run().directory].map((bucket) => ({ client: run().plain, bucket }));
    const head = ({ client, bucket }: Place, name: string) =>
      client.send(new HeadObjectCommand({ Bucket: bucket, Key: key(name), ChecksumMode: "ENABLED" }));

    it.each(["CRC32", "CRC32C", "SHA1", "SHA256"])("keeps a %s and answers it when asked", async (algorithm) => {
      for (const place of both()) {
        await put(place, key(algorithm), "123456789", { [`Checksum${algorithm}`]: OF_DIGITS[algorithm] });
        const got = await head(place, algorithm);
        expect([valueOf(got, algorithm), got.ChecksumType]).toEqual([OF_DIGITS[algorithm], "FULL_OBJECT"]);
        const plain = await place.client.send(new HeadObjectCommand({ Bucket: place.bucket, Key: key(algorithm) }));
        expect(valueOf(plain, algorithm)).toBeUndefined();
      }
    });

    it("keeps a CRC64NVME in a general purpose bucket", async () => {
      const [general] = both() as [Place];
      await put(general, key("nvme"), "123456789", { ChecksumCRC64NVME: OF_DIGITS["CRC64NVME"] });
      expect((await head(general, "nvme")).ChecksumCRC64NVME).toBe(OF_DIGITS["CRC64NVME"]);
    });

    it("refuses a payload that does not have the checksum sent with it (BadDigest, UG errorresponses)", async () => {
      for (const place of both()) {
        for (const algorithm of ["CRC32", "SHA256"] as const) {
          const attempt = put(place, key("wrong"), "12345678", { [`Checksum${algorithm}`]: OF_DIGITS[algorithm] });
          expect(await refusal(attempt)).toEqual({ name: "BadDigest", status: 400 });
        }
        expect(await refusal(head(place, "wrong"))).toMatchObject({ status: 404 });
      }
    });

    it("refuses a wrong Content-MD5 (API PutObject)", async () => {
      const { client, bucket } = (both() as [Place])[0];
      const attempt = client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key("md5"), Body: "x", ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" }),
      );
      expect(await refusal(attempt)).toEqual({ name: "BadDigest", status: 400 });
    });

    it("computes what a copy asks for, else what the source has (API CopyObject, ChecksumAlgorithm)", async () => {
      const [general, directory] = both() as [Place, Place];
      await put(general, key("from"), "123456789", { ChecksumSHA256: OF_DIGITS["SHA256"] });
      const copy = async (algorithm?: ChecksumAlgorithm) => {
        const input = { Bucket: directory.bucket, Key: key("to"), CopySource: copySource(general.bucket, key("from")) };
        const { CopyObjectResult } = await directory.client.send(
          new CopyObjectCommand({ ...input, ChecksumAlgorithm: algorithm }),
        );
        return CopyObjectResult;
      };
      expect((await copy("CRC32"))?.ChecksumCRC32).toBe(OF_DIGITS["CRC32"]);
      expect((await head(directory, "to")).ChecksumCRC32).toBe(OF_DIGITS["CRC32"]);
      await copy();
      expect((await head(directory, "to")).ChecksumSHA256).toBe(OF_DIGITS["SHA256"]);
    });

    it("has a composite or a full-object checksum on a multipart object", async () => {
      for (const place of both()) {
        const composite = await upload(place, key("composite"), "SHA256", "COMPOSITE");
        expect(composite).toMatchObject({
          ChecksumSHA256: expect.stringMatching(/-1$/) as unknown,
          ChecksumType: "COMPOSITE",
        });
        const full = await upload(place, key("full"), "CRC32", "FULL_OBJECT");
        expect(full).toMatchObject({ ChecksumCRC32: OF_DIGITS["CRC32"], ChecksumType: "FULL_OBJECT" });
        expect(await head(place, "full")).toMatchObject({
          ChecksumCRC32: OF_DIGITS["CRC32"],
          ChecksumType: "FULL_OBJECT",
        });
      }
    });

    it("refuses a part with another algorithm than its upload's (UG checking-object-integrity)", async () => {
      for (const { client, bucket } of both()) {
        const target = { Bucket: bucket, Key: key("mixed") };
        const { UploadId } = await client.send(
          new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: "SHA256" }),
        );
        const attempt = client.send(
          new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: "x", ChecksumAlgorithm: "CRC32" }),
        );
        expect(await refusal(attempt)).toEqual({ name: "InvalidRequest", status: 400 });
      }
    });
  });
}

async function upload(
  { client, bucket }: Place,
  key: string,
  algorithm: "SHA256" | "CRC32",
  type: "COMPOSITE" | "FULL_OBJECT",
) {
  const target = { Bucket: bucket, Key: key };
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: algorithm, ChecksumType: type }),
  );
  const part = await client.send(
    new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: "123456789", ChecksumAlgorithm: algorithm }),
  );
  const checksum = { [`Checksum${algorithm}`]: algorithm === "CRC32" ? part.ChecksumCRC32 : part.ChecksumSHA256 };
  return client.send(
    new CompleteMultipartUploadCommand({
      ...target,
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.ETag, ...checksum }] },
    }),
  );
}

function valueOf(output: HeadObjectCommandOutput, algorithm: string): unknown {
  return (output as unknown as Record<string, unknown>)[`Checksum${algorithm}`];
}
