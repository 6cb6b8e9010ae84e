/** All requests verify makes at the buckets: pages of listings and HEADs, under limits, with deadlines, repeated where that can help. */
import { classOf, isSyncError, type SyncError } from "../../core/errors";
import type { RowListing, RowPage } from "../../core/listed-rows";
import type { CancelSignal, Clock, DestinationBucket, ListRequest, SourceBucket } from "../../core/ports";
import type { RetryPolicy } from "../../core/retry";
import type { DestinationState, SourceState } from "../../core/state";
import { makeBucketCheck } from "../../worker/bucket-check";
import { makeChild } from "../../worker/controller";
import { callOnce, withRetry } from "../../worker/retry";
import { makeSlots, type SlotPool } from "../../worker/slots";

/** A run of hours must outlive a bad minute of S3. */
const RETRY: RetryPolicy = { attempts: 10, baseMs: 100, capMs: 20_000 };
const HEAD_TIMEOUT_MS = 15_000;
const LIST_TIMEOUT_MS = 60_000;

export interface LookPorts {
  readonly sourceListing: RowListing;
  readonly destinationListing: RowListing;
  readonly source: Pick<SourceBucket, "head" | "exists" | "name">;
  readonly destination: Pick<DestinationBucket, "head" | "name">;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: CancelSignal;
  /** HEADs in flight per side. */
  readonly concurrency: number;
}

export interface Looks {
  page(listing: RowListing, request: ListRequest): Promise<RowPage>;
  headSource(key: string): Promise<SourceState>;
  headDestination(key: string): Promise<DestinationState>;
  /** Whether the source bucket existed at some time after the call (rule 0 of docs/architecture.md). */
  readonly sourceExists: () => Promise<boolean>;
  readonly counts: RequestCounts;
}

/** Requests sent, repetitions included. */
export interface RequestCounts {
  readonly sourceLists: number;
  readonly destinationLists: number;
  readonly sourceHeads: number;
  readonly destinationHeads: number;
  readonly throttles: number;
}

/** Everything rejects with a SyncError, or with an Interruption once `signal` has aborted. */
export function makeLooks(ports: LookPorts): Looks {
  const { clock, random, source, destination, concurrency } = ports;
  // Hundreds of requests listen to it at once.
  const { signal } = makeChild(ports.signal).controller;
  const counts = { sourceLists: 0, destinationLists: 0, sourceHeads: 0, destinationHeads: 0, throttles: 0 };
  const sourceSlots = makeSlots(concurrency);
  const destinationSlots = makeSlots(concurrency);
  const retry = {
    clock,
    random,
    onError: (error: SyncError): void => {
      if (classOf(error) === "throttled") counts.throttles++;
    },
  };

  function head<T>(slots: SlotPool, key: string, count: () => void, call: Call<T>): Promise<T> {
    const attempt = async (): Promise<T> => {
      const slot = await slots.acquire(key, signal);
      let result: "ok" | "throttled" | "failed" = "failed";
      try {
        count();
        const state = await callOnce(clock, "HeadObject", HEAD_TIMEOUT_MS, signal, call);
        result = "ok";
        return state;
      } catch (error) {
        if (isSyncError(error) && classOf(error) === "throttled") result = "throttled";
        throw error;
      } finally {
        slot.release(result);
      }
    };
    return withRetry(retry, "HeadObject", signal, attempt, RETRY);
  }

  return {
    page(listing, request) {
      const attempt = (): Promise<RowPage> => {
        if (listing === ports.sourceListing) counts.sourceLists++;
        else counts.destinationLists++;
        return callOnce(clock, "ListObjectsV2", LIST_TIMEOUT_MS, signal, (inner) => listing.list(request, inner));
      };
      return withRetry(retry, "ListObjectsV2", signal, attempt, RETRY);
    },
    headSource: (key) =>
      head(
        sourceSlots,
        key,
        () => counts.sourceHeads++,
        (inner) => source.head(key, inner),
      ),
    headDestination: (key) =>
      head(
        destinationSlots,
        key,
        () => counts.destinationHeads++,
        (inner) => destination.head(key, inner),
      ),
    sourceExists: makeBucketCheck(() =>
      withRetry(
        retry,
        "HeadBucket",
        signal,
        () => callOnce(clock, "HeadBucket", HEAD_TIMEOUT_MS, signal, (inner) => source.exists(inner)),
        RETRY,
      ),
    ),
    counts,
  };
}

type Call<T> = (signal: CancelSignal) => Promise<T>;
