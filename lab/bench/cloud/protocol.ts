/** What the benchmark and the process of the local cloud tell each other. Types only. */
import type { Certificate } from "../../../local/http/front";
import type { Latency } from "../../../local/s3/timing";
import type { System } from "../../../core/system";
import type { InFlight } from "../in-flight";
import type { Job } from "../workloads";

export interface Prepare {
  readonly job: Job;
  readonly tls: Certificate | undefined;
}

export interface Prepared {
  readonly endpoint: string;
  readonly source: string;
  readonly destination: string;
  /** A general purpose bucket for tools that cannot write to a directory bucket. */
  readonly plainDestination: string;
  readonly system: System;
  /** Of a worker process. */
  readonly workerEnvironment: Readonly<Record<string, string>>;
  /** Of a tool that an operator runs. */
  readonly operatorEnvironment: Readonly<Record<string, string>>;
}

/** What the cloud saw since the last reset. Times in epoch milliseconds. */
export interface Seen {
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** Of the copy requests: when the first came and the last was answered. */
  readonly firstCopyAtMs: number;
  readonly lastCopyAtMs: number;
  /** The copy requests over time; undefined without one. */
  readonly copies: InFlight | undefined;
  /** When the last message was deleted. */
  readonly acknowledgedAtMs: number;
  /** By API operation. */
  readonly requests: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly maxInFlight: Readonly<Record<string, number>>;
  /** Milliseconds of all requests of an operation together. */
  readonly busyMs: Readonly<Record<string, number>>;
  readonly bytesCopied: number;
  /** Source objects that the destination does not hold in their size. */
  readonly failedObjects: number;
  readonly messagesLeft: number;
  /** CPU seconds of the cloud. */
  readonly cpuSeconds: number;
  /** Of it the main thread's; undefined where there is no /proc. */
  readonly mainThreadCpuSeconds: number | undefined;
}

export interface Reset {
  readonly messages: boolean;
  readonly part?: { readonly objects: number; readonly latency: Partial<Latency> };
}

export interface Calls {
  prepare: (input: Prepare) => Promise<Prepared>;
  /**
   * Destination as at the beginning, all events in the queue (`messages`), counters at zero. Without messages it is another tool's
   * turn, and what it has to fill is the general purpose bucket. A `part` is the first so many objects of the job, at another speed.
   */
  reset: (input: Reset) => Promise<void>;
  seen: (input: null) => Promise<Seen>;
  close: (input: null) => Promise<void>;
}

export type CallName = keyof Calls;

export interface Request {
  readonly id: number;
  readonly call: CallName;
  readonly input: unknown;
}

export type Response =
  { readonly id: number; readonly output: unknown } | { readonly id: number; readonly error: string };
