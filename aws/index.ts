/** The adapters of core/ports.ts on the AWS SDK. */
export {
  makeDestinationClient,
  makeQueueClient,
  makeQueueClients,
  makeSourceClient,
  type ClientOptions,
  type DestinationClient,
  type QueueClients,
  type S3ClientOptions,
} from "./clients";
export { makeDestinationBucket, type DestinationBucketOptions } from "./destination-bucket";
export { translate, type WireFacts } from "./errors";
export { preflight, type PreflightPorts } from "./preflight";
export { makeQueue, type QueueOptions } from "./queue";
export { createSessionWith, makeSessions, type Session, type Sessions, type SessionsOptions } from "./sessions";
export { makeSourceBucket, type SourceBucketOptions } from "./source-bucket";
