/** The general purpose bucket through the SDK. */
import { HeadBucketCommand, type S3Client } from "@aws-sdk/client-s3";
import { isSyncError } from "../core/errors";
import type { SourceBucket } from "../core/ports";
import { ABSENT } from "../core/state";
import { makeCall } from "./call";
import { headObject } from "./head";
import { sourceObjectOf } from "./object-headers";

export interface SourceBucketOptions {
  readonly client: S3Client;
  readonly name: string;
}

export function makeSourceBucket({ client, name }: SourceBucketOptions): SourceBucket {
  const call = makeCall(client);
  return {
    name,
    head: async (key, signal) => (await headObject(call, name, key, sourceObjectOf, signal)) ?? ABSENT,
    exists: async (signal) => {
      try {
        await call(new HeadBucketCommand({ Bucket: name }), { operation: "HeadBucket", kind: "read", signal });
        return true;
      } catch (error) {
        if (isSyncError(error) && error.httpStatus === 404) return false;
        throw error;
      }
    },
  };
}
