/**
 * The S3 contract on a real account: only with S3ES_CONTRACT_REAL=1 and the names of three buckets of one Region that may be written to
 * (S3ES_CONTRACT_GENERAL, S3ES_CONTRACT_VERSIONED, S3ES_CONTRACT_DIRECTORY); credentials and Region as usual (AWS_*). With
 * S3ES_CONTRACT_ENDPOINT it runs on any other S3, say a local cloud that runs already. It cleans up below its own prefixes.
 */
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { describeS3Contract } from "./s3";
import type { S3Target } from "./s3/target";

const { S3ES_CONTRACT_REAL, S3ES_CONTRACT_ENDPOINT, ...env } = process.env;
const general = env["S3ES_CONTRACT_GENERAL"];
const versioned = env["S3ES_CONTRACT_VERSIONED"];
const directory = env["S3ES_CONTRACT_DIRECTORY"];
const isAsked = S3ES_CONTRACT_REAL === "1" || S3ES_CONTRACT_ENDPOINT !== undefined;

if (isAsked && general !== undefined && versioned !== undefined && directory !== undefined) {
  describeS3Contract(realTarget({ general, versioned, directory }));
} else {
  describe("the S3 contract on a real account", () => {
    it("runs only when asked: S3ES_CONTRACT_REAL=1 and three bucket names, see the top of this file", () => {
      expect(isAsked).toBe(false);
    });
  });
}

function realTarget(buckets: { general: string; versioned: string; directory: string }): S3Target {
  return {
    name: S3ES_CONTRACT_ENDPOINT ?? "AWS",
    start() {
      const clients: S3Client[] = [];
      const client = (config: S3ClientConfig): S3Client => {
        const made = new S3Client({
          maxAttempts: 1,
          ...(S3ES_CONTRACT_ENDPOINT === undefined ? {} : { endpoint: S3ES_CONTRACT_ENDPOINT, forcePathStyle: true }),
          ...config,
        });
        clients.push(made);
        return made;
      };
      return Promise.resolve({
        ...buckets,
        plain: client({ disableS3ExpressSessionAuth: true }),
        withSessions: client({}),
        client,
        stop() {
          for (const made of clients) made.destroy();
          return Promise.resolve();
        },
      });
    },
  };
}
