/** A small object at the source, written and taken away again: all versions that came of it. */
import { DeleteObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { makeCall } from "../call";

export interface ProbeObject {
  /** Writes it. Resolves to its version id, in a bucket that keeps versions. */
  put(body: string, signal: AbortSignal): Promise<string | undefined>;
  /** Deletes the current one. Resolves to the id of the delete marker, in a bucket that keeps versions. */
  remove(signal: AbortSignal): Promise<string | undefined>;
  /** Deletes one version, or one delete marker, for good. */
  removeVersion(versionId: string, signal: AbortSignal): Promise<void>;
}

export function makeProbeObject(client: S3Client, bucket: string, key: string): ProbeObject {
  const call = makeCall(client);
  const at = { Bucket: bucket, Key: key };
  return {
    async put(body, signal) {
      const command = new PutObjectCommand({ ...at, Body: body, ContentType: "text/plain" });
      const { output } = await call(command, { operation: "PutObject", kind: "write", signal });
      return output.VersionId;
    },
    async remove(signal) {
      const command = new DeleteObjectCommand(at);
      const { output } = await call(command, { operation: "DeleteObject", kind: "write", signal });
      return output.VersionId;
    },
    async removeVersion(versionId, signal) {
      const command = new DeleteObjectCommand({ ...at, VersionId: versionId });
      await call(command, { operation: "DeleteObject", kind: "write", signal });
    },
  };
}
