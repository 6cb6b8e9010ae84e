/** The source bucket of a local cloud, filled without going over the wire. */
import type { Cloud } from "../../../local/cloud";
import type { Fixture } from "./fixtures";

export interface LocalSource {
  readonly put: (key: string, fixture?: Fixture) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
}

/** Makes the bucket. */
export function localSource(cloud: Cloud, bucket: string): LocalSource {
  cloud.s3.createBucket(bucket);
  return {
    put: async (key, { body = "content", isCustomerEncrypted = false, checksum, ...options } = {}) => {
      const customerKey = isCustomerEncrypted ? { customerKeyMd5: "1B2M2Y8AsgTpgAmY7PhCfg==" } : {};
      await cloud.s3.put(bucket, key, body, { ...options, ...customerKey, checksum: checksum ?? "none" });
    },
    remove: (key) => {
      cloud.s3.delete(bucket, key);
      return Promise.resolve();
    },
  };
}
