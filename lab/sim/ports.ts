/** The worker's ports, answered by the simulated services over the simulated network. */
import { writeBoundMs, type WriteOperation } from "../../core/bounds";
import { isSyncError } from "../../core/errors";
import type {
  CancelSignal,
  Clock,
  CopyResult,
  DestinationBucket,
  Listing,
  ListPage,
  ListRequest,
  SourceBucket,
} from "../../core/ports";
import type { DestinationState, SourceState } from "../../core/state";
import type { SimDestination } from "./destination";
import type { Judge } from "./judge";
import { type CallSpec, type Network, silence } from "./network";
import type { SimProcess, WriteRecord } from "./process";
import type { SimSource } from "./source";
import { EPOCH_MS } from "./time";
import { afterSleeping } from "../../worker/clock";

export interface Services {
  readonly network: Network;
  readonly source: SimSource;
  readonly destination: SimDestination;
  readonly judge: Judge;
}

/** Uploads and parts are fenced: an attempt may arrive as late as this without harm. */
const FENCED_BOUND_MS = 600_000;
const COPY_BYTES_PER_MS = 65_536;

type Call = <T>(
  spec: Pick<CallSpec<T>, "operation" | "target" | "signal" | "start" | "isWrite"> &
    Partial<CallSpec<T>> & { key?: string },
) => Promise<T>;

export function sourcePort(services: Services, process: SimProcess): SourceBucket {
  const { source } = services;
  const call = caller(services, process);
  return {
    name: source.name,
    head: (key, signal) =>
      call<SourceState>({
        operation: "HeadObject(source)",
        key,
        signal,
        target: "source",
        isWrite: false,
        start: () => answer(source.head(key)),
        show: showState,
      }),
    exists: (signal) =>
      call<boolean>({
        operation: "HeadBucket(source)",
        signal,
        target: "source",
        isWrite: false,
        start: () => answer(source.present),
        show: String,
      }),
  };
}

export function destinationPort(services: Services, process: SimProcess): DestinationBucket {
  const { destination, source } = services;
  const call = caller(services, process);
  const write = writer(services, process, call);
  return {
    name: destination.name,
    head: (key, signal) =>
      call<DestinationState>({
        operation: "HeadObject(destination)",
        key,
        signal,
        target: "destination",
        isWrite: false,
        start: () => answer(destination.head(key)),
        show: showState,
      }),
    copyObject: (request, signal) => {
      const size = source.sizeOf(request.sourceEtag);
      return write<CopyResult>(
        "CopyObject",
        request.key,
        size,
        signal,
        () => destination.copyObject(request),
        request.sourceEtag,
      );
    },
    deleteObject: (key, signal, ifMatch) =>
      write("DeleteObject", key, 0, signal, () => destination.deleteObject(key, ifMatch)),
    completeUpload: (request, signal) =>
      write<CopyResult>(
        "CompleteMultipartUpload",
        request.key,
        request.size,
        signal,
        () => destination.completeUpload(request),
        request.uploadId,
      ),
    createUpload: (request, signal) =>
      call<string>({
        operation: "CreateMultipartUpload",
        key: request.key,
        signal,
        target: "destination",
        isWrite: true,
        start: () => destination.createUpload(request, process.id),
        show: String,
      }).then((id) => destination.announce(id, process.id)),
    copyPart: (request, signal) =>
      counted(services, process, request.key, () =>
        call<string>({
          operation: "UploadPartCopy",
          key: request.key,
          detail: `${request.uploadId} part ${String(request.partNumber)}`,
          signal,
          target: "copy",
          isWrite: true,
          usualMs: (request.lastByte - request.firstByte) / COPY_BYTES_PER_MS,
          start: () => destination.copyPart(request),
          show: String,
        }),
      ),
    abortUpload: (key, uploadId, signal) =>
      call({
        operation: "AbortMultipartUpload",
        key,
        detail: uploadId,
        signal,
        target: "destination",
        isWrite: true,
        start: () => destination.abortUpload(key, uploadId),
      }),
    listParts: (key, uploadId, signal) =>
      call({
        operation: "ListParts",
        key,
        detail: uploadId,
        signal,
        target: "destination",
        isWrite: false,
        start: () => answer(destination.listParts(key, uploadId)),
        show: (parts) => parts.map((part) => `${String(part.partNumber)}:${part.etag}`).join(" "),
      }),
    listUploads: (key, signal) =>
      call({
        operation: "ListMultipartUploads",
        key,
        signal,
        target: "destination",
        isWrite: false,
        start: () => answer(destination.listUploads(key)),
        show: (ids) => ids.join(" "),
      }).then((ids) => ids.map((id) => destination.announce(id, process.id))),
  };
}

/** ListObjectsV2 of both buckets. */
export function listingPort(services: Services, process: SimProcess, side: "source" | "destination"): Listing {
  const bucket: { readonly name: string; list(request: ListRequest): ListPage } = services[side];
  const call = caller(services, process);
  return {
    name: bucket.name,
    list: (request, signal) =>
      call<ListPage>({
        operation: `ListObjectsV2(${side})`,
        detail: JSON.stringify(request),
        signal,
        target: side,
        isWrite: false,
        start: () => answer(bucket.list(request)),
        show: ({ objects, token }) => `${objects.map(({ key }) => key).join(" ")}${token === undefined ? "" : " ..."}`,
      }),
  };
}

/** Virtual time as one process sees it: its own zero of the monotonic clock, a wall clock that may be wrong. */
export function clockPort(network: Network, process: SimProcess, skewMs: number): Clock {
  const { scheduler } = network;
  const sleep: Clock["sleep"] = (ms, signal) => {
    if (!process.isRunning()) return silence();
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const came = scheduler.waits(process.id, `its timer of ${String(ms)} ms`);
      const wake = (): void => {
        signal?.removeEventListener("abort", aborted);
        if (process.isRunning() && process.frozenUntilMs > scheduler.now) {
          scheduler.after(process.frozenUntilMs - scheduler.now, wake);
          return;
        }
        came();
        if (process.isRunning()) scheduler.wake(resolve);
      };
      const cancel = scheduler.after(ms, wake);
      const aborted = (): void => {
        cancel();
        came();
        if (process.isRunning()) scheduler.wake(resolve);
      };
      signal?.addEventListener("abort", aborted, { once: true });
    });
  };
  return {
    wallMs: () => EPOCH_MS + Math.floor(scheduler.now) + skewMs,
    monotonicMs: () => scheduler.now - process.startedAtMs,
    sleep,
    after: afterSleeping(sleep),
  };
}

function caller({ network, judge }: Services, process: SimProcess): Call {
  return ({ key, ...spec }) => {
    if (spec.isWrite && key !== undefined && process.isRunning()) judge.touched(key, spec.operation);
    return network.call({
      process,
      keys: key === undefined ? [] : [key],
      detail: "",
      boundMs: FENCED_BOUND_MS,
      usualMs: 5,
      ...spec,
    });
  };
}

/** A write that counts against rules 3, 4 and 6. */
function writer(services: Services, process: SimProcess, call: Call) {
  return <T>(
    operation: WriteOperation,
    key: string,
    size: number,
    signal: CancelSignal,
    start: CallSpec<T>["start"],
    detail = "",
  ): Promise<T> => {
    if (!process.isRunning()) return silence();
    const sentAtMs = services.network.scheduler.now;
    const boundMs = writeBoundMs(operation, size);
    const record: WriteRecord = { key, operation, sentAtMs, boundAtMs: sentAtMs + boundMs, outcome: "in-flight" };
    if (!signal.aborted) {
      process.writes.push(record);
      services.judge.writeSent(process, record);
    }
    const target = operation === "CopyObject" ? "copy" : "destination";
    const usualMs = operation === "CopyObject" ? 10 + size / COPY_BYTES_PER_MS : 30;
    const send = (): Promise<T> =>
      call<T>({ operation, key, detail, signal, target, isWrite: true, boundMs: boundMs - 2, usualMs, start });
    return (operation === "CopyObject" ? counted(services, process, key, send) : send()).then(
      (value) => {
        record.outcome = "settled";
        return value;
      },
      (error: unknown) => {
        record.outcome = isSyncError(error) && error.effect === "none" ? "settled" : "unknown";
        throw error;
      },
    );
  };
}

/** Counts copy requests that the process waits for. */
async function counted<T>(services: Services, process: SimProcess, key: string, send: () => Promise<T>): Promise<T> {
  process.copiesInFlight++;
  services.judge.copySent(process, key);
  try {
    return await send();
  } finally {
    process.copiesInFlight--;
  }
}

function answer<T>(value: T): () => T {
  return () => value;
}

function showState(state: SourceState | DestinationState): string {
  return state.kind === "absent"
    ? "absent"
    : `${state.etag} ${String(state.size)}B ${JSON.stringify(state.metadata).slice(0, 90)}`;
}
