/** What a forecast takes for granted where no option says otherwise. Every figure is printed with the result. */
import { ASSUMED } from "../../cli/cost/work";
import { DEFAULTS } from "../../core/env";
import { MIB } from "../../core/parts";
import type { ForecastSettings, World } from "./scenario";

/** The product's own. */
export const SETTINGS: ForecastSettings = {
  maxWorkers: DEFAULTS.maxWorkers,
  messagesPerWorker: DEFAULTS.messagesPerWorker,
  scalingRule: "visible",
  spotWeight: DEFAULTS.spotWeight,
  onDemandWeight: DEFAULTS.onDemandWeight,
  pollIntervalSeconds: DEFAULTS.pollIntervalSeconds,
  copyConcurrency: DEFAULTS.copyConcurrency,
  partSize: DEFAULTS.partSize,
  multipartThreshold: DEFAULTS.multipartThreshold,
  longPollSeconds: DEFAULTS.longPollSeconds,
  emptyPollsBeforeExit: DEFAULTS.emptyPollsBeforeExit,
};

export const WORLD: World = {
  startSeconds: 35,
  startSpread: 1.3,
  spotInterruptionsPerHour: 0.05,
  requestMs: 20,
  // 4,000 copies of small objects took 95 s with ten in flight (treeverse/lakeFS#5070).
  copyMs: 240,
  // awslabs/aws-c-s3#288, multipart copies with parts of 64 MiB to 1 GiB: about 2 s and 60 to 75 MiB/s per stream.
  copyFixedMs: 2_000,
  streamBytesPerSecond: 65 * MIB,
  queueMs: 20,
  notificationMs: 1_000,
  lookMs: ASSUMED.lookSeconds * 1000,
  // The benchmark of small objects takes about 1 CPU s per 1,000 of them, three requests each, all in.
  requestCpuMs: 0.3,
  prefixes: 1,
  // S3 User Guide, optimizing performance: at least this many GET and HEAD per second and partitioned prefix.
  sourceReadsPerSecond: 5_500,
  // S3 User Guide, directory buckets, quotas.
  expressReadsPerSecond: 200_000,
  expressWritesPerSecond: 100_000,
};

/** PUT per second and prefix (S3 User Guide, optimizing performance): faster than that no stream can arrive. */
export const SOURCE_WRITES_PER_SECOND = 3_500;
