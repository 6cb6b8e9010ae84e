/** The contract's target on this machine: the local cloud behind its real HTTP front. */
import { startS3 } from "../../local/s3/cloud";
import type { S3Target } from "./target";

export const localTarget: S3Target = {
  name: "local cloud",
  async start() {
    const cloud = await startS3();
    const names = {
      general: "contract-general",
      versioned: "contract-versioned",
      directory: "contract--eun1-az1--x-s3",
    };
    cloud.admin.createBucket(names.general);
    cloud.admin.createBucket(names.versioned, { versioning: "Enabled" });
    cloud.admin.createBucket(names.directory);
    return {
      ...names,
      plain: cloud.client("worker", { disableS3ExpressSessionAuth: true }),
      withSessions: cloud.client("worker"),
      client: (config) => cloud.client("worker", config),
      stop: () => cloud.close(),
    };
  },
};
