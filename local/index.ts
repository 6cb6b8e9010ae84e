/**
 * The local cloud for programs and tests: `startCloud` is the one way in, everything else is reached from the `Cloud` it resolves to.
 * Documented, with an example that is run, in docs/local-cloud.md.
 */
export { startCloud, type Cloud, type CloudOptions } from "./cloud";
export type { BucketOption } from "./furnish";
export type { FaultRule } from "./http/fault-rules";
export type { Counter, LogEntry, LogFilter } from "./http/request-log";
export type { QueueNotification } from "./notification";
export type { AdminObject, Content, DeliveryMode, Latency, PutOptions, S3Admin } from "./s3";
