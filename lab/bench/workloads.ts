/** The jobs that are measured: which objects, how fast S3 is, and what no worker could beat. Pure. */
import { DEFAULTS } from "../../core/env";
import { GIB, MIB, planCopy } from "../../core/parts";
import type { Latency } from "../../local/s3/timing";

export const NAMES = ["small", "large", "giant", "mixed", "hot-key", "verify", "idle", "fleet"] as const;
export type Name = (typeof NAMES)[number];

export interface JobObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

export interface Job {
  readonly name: Name;
  readonly about: string;
  readonly objects: readonly JobObject[];
  /** Events of each object that wait in the queue when the worker starts. */
  readonly eventsPerObject: number;
  /** Whether the destination holds the same already. */
  readonly copied: boolean;
  readonly latency: Partial<Latency>;
}

/** Workers beside each other, as the benchmark `fleet` has them one after another. */
export interface Fleet {
  readonly workers: number;
  /** That the source takes below the one prefix of all objects, as a bucket of S3 Standard does (UG optimizing-performance); 0: any number. */
  readonly readsPerSecond: number;
}

export const ALONE: Fleet = { workers: 1, readsPerSecond: 0 };
const MOST_WORKERS = 8;
/** The last is less than half of what its workers would ask for. */
export const FLEETS: readonly Fleet[] = [
  ...[1, 2, 4, MOST_WORKERS].map((workers) => ({ workers, readsPerSecond: 0 })),
  { workers: MOST_WORKERS, readsPerSecond: 1_600 },
];
const OBJECTS_PER_WORKER = 2_560;

/** Slots of one worker: the product's default. */
export const SLOTS = DEFAULTS.copyConcurrency;

const KIB = 1024;
const SMALL_BYTES = 64 * KIB;
const SMALL: Partial<Latency> = { operationMs: { CopyObject: 30, HeadObject: 10 } };
/** 400 MB/s is what one stream of a copy was seen to reach; the requests around it take 10 to 30 ms. */
const STREAMS: Partial<Latency> = {
  operationMs: {
    CopyObject: 30,
    UploadPartCopy: 30,
    HeadObject: 10,
    CreateMultipartUpload: 30,
    CompleteMultipartUpload: 30,
  },
  copyBytesPerSecond: 400e6,
};

/** @param scale a part of the job, for trying it out; 1 is the job */
export function jobOf(name: Name, scale = 1): Job {
  const times = (count: number): number => Math.max(1, Math.round(count * scale));
  const once = { name, eventsPerObject: 1, copied: false };
  switch (name) {
    case "small":
      return {
        ...once,
        about: "many small objects: 64 KiB each, 30 ms per copy, 10 ms per HEAD",
        objects: many("small", times(20_000), () => SMALL_BYTES),
        latency: SMALL,
      };
    case "fleet":
      return {
        ...once,
        about: "2,560 small objects for each of 1, 2, 4 and 8 workers, everything forty times slower than in small",
        objects: many("fleet", times(MOST_WORKERS * OBJECTS_PER_WORKER), () => SMALL_BYTES, Infinity),
        latency: { operationMs: { CopyObject: 1_200, HeadObject: 400 } },
      };
    case "large":
      return {
        ...once,
        about: "577 objects of a model repository, 642 GB, 400 MB/s per stream and 30 ms per copy request",
        objects: modelRepository(scale),
        latency: STREAMS,
      };
    case "giant":
      return {
        ...once,
        about: "one object of 5 TiB, 400 MB/s per stream and 30 ms per copy request",
        objects: [{ key: "giant/checkpoint.tar", size: Math.round(5 * KIB * GIB * Math.min(1, scale)) }],
        latency: STREAMS,
      };
    case "mixed":
      return {
        ...once,
        about: "5,000 objects of 64 KiB, 100 of 200 MiB and 20 of 5 GB, all at once",
        objects: [
          ...many("small", times(5_000), () => SMALL_BYTES),
          ...many("middle", times(100), () => 200 * MIB),
          ...many("large", times(20), () => 5e9),
        ],
        latency: STREAMS,
      };
    case "hot-key":
      return {
        ...once,
        about: "10,000 events of 10 keys",
        objects: many("hot", 10, () => SMALL_BYTES),
        eventsPerObject: times(1_000),
        latency: SMALL,
      };
    case "verify":
      return {
        ...once,
        about: "1,000,000 objects a side, all equal, the destination listed in no order",
        objects: many("verify", times(1_000_000), (index) => 1 + ((index * 7919) % 1_000_000)),
        eventsPerObject: 0,
        copied: true,
        latency: {},
      };
    case "idle":
      return {
        ...once,
        about: "nothing to do: a worker starts, finds no message and leaves",
        objects: [],
        latency: SMALL,
      };
  }
}

/**
 * Seconds that copying takes at least with so many slots, whoever does it: slots times the speed of one stream, plus the request
 * time of the copies as the product plans them. One object's own chain (HEAD, create, parts, complete, HEAD) may be longer.
 */
export function idealSeconds({ objects, copied, eventsPerObject, latency }: Job, slots: number = SLOTS): number {
  if (copied || eventsPerObject === 0) return 0;
  const { operationMs = {}, copyBytesPerSecond = 0, speed = 1 } = latency;
  const seconds = (operation: string): number => (operationMs[operation] ?? 0) / 1000;
  let slotSeconds = 0;
  let longest = 0;
  for (const { size } of objects) {
    const streaming = copyBytesPerSecond > 0 ? size / copyBytesPerSecond : 0;
    const plan = planCopy(size, DEFAULTS);
    const parts = plan?.kind === "multipart" ? plan.partCount : 1;
    const request = seconds(parts > 1 ? "UploadPartCopy" : "CopyObject");
    slotSeconds += parts * request + streaming;
    const around =
      2 * seconds("HeadObject") +
      (parts > 1 ? seconds("CreateMultipartUpload") + seconds("CompleteMultipartUpload") : 0);
    longest = Math.max(longest, around + request + streaming / parts);
  }
  return Math.max(slotSeconds / slots, longest) / speed;
}

/** What a fleet has to do of the job: each worker the same, so that equal times mean that they share it well; under a limit half of it. */
export function partFor(job: Job, { workers, readsPerSecond }: Fleet): Job {
  if (job.name !== "fleet") return job;
  const share = workers / MOST_WORKERS / (readsPerSecond > 0 ? 2 : 1);
  const objects = job.objects.slice(0, Math.ceil(job.objects.length * share));
  return { ...job, objects, latency: { ...job.latency, prefixReadsPerSecond: readsPerSecond } };
}

/** Objects per second of the `fleet` job that no workers could beat: for their slots, or for two HEADs of each at the source. */
export function fleetLimit({ latency }: Job, { workers, readsPerSecond }: Fleet): number {
  const bySlots = (SLOTS * workers * 1000) / (latency.operationMs?.["CopyObject"] ?? 1);
  return readsPerSecond > 0 ? Math.min(bySlots, readsPerSecond / 2) : bySlots;
}

export function totalBytes({ objects }: Job): number {
  return objects.reduce((sum, { size }) => sum + size, 0);
}

function many(folder: string, count: number, size: (index: number) => number, perFolder = 1_000): JobObject[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `${folder}/${String(Math.floor(index / perFolder)).padStart(4, "0")}/object-${String(index).padStart(7, "0")}`,
    size: size(index),
  }));
}

const MANIFEST_BYTES = 642e9;
const SHARDS = 125;
const SHARD_BYTES = 4.989e9;
const WEIGHTS = 30;
const WEIGHT_BYTES = 600e6;
const OTHERS = 577 - SHARDS - WEIGHTS;

/** Shaped like a repository of large models: shards just under 5 GB, some weights of half a GB, and hundreds of small files. */
function modelRepository(scale: number): JobObject[] {
  const shards = Math.max(1, Math.round(SHARDS * scale));
  const weights = Math.max(1, Math.round(WEIGHTS * scale));
  const others = Math.max(1, Math.round(OTHERS * scale));
  const objects = [
    ...named("shard", "safetensors", shards, () => SHARD_BYTES),
    ...named("adapter", "bin", weights, () => WEIGHT_BYTES),
    ...named("file", "json", others, (index) => 1_000 + ((index * 7919) % 2_000_000)),
  ];
  // The last shard makes up what is missing to the total, so that the manifest is exactly as large as the one in question.
  const rest = MANIFEST_BYTES - objects.reduce((sum, { size }) => sum + size, 0);
  const last = objects[shards - 1];
  return last === undefined || scale !== 1
    ? objects
    : objects.map((object) => (object === last ? { ...object, size: object.size + rest } : object));
}

function named(kind: string, extension: string, count: number, size: (index: number) => number): JobObject[] {
  return Array.from({ length: count }, (_, index) => ({
    key: `models/model-${String(index % 12).padStart(2, "0")}/${kind}-${String(index).padStart(5, "0")}.${extension}`,
    size: size(index),
  }));
}
