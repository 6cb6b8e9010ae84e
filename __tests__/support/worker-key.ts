/** Work on one key, down to the requests: the real calls, copies and reconcile over buckets in memory. */
import { createHash } from "node:crypto";
import { fingerprintOf } from "../../core/fingerprint";
import type { UploadState } from "../../core/messages";
import { MIB, planCopy } from "../../core/parts";
import type { SyncError } from "../../core/errors";
import type { SourceObject } from "../../core/state";
import { makeKeyCalls } from "../../worker/calls";
import { makeController } from "../../worker/controller";
import { makeChecksums } from "../../worker/copy/checksums";
import { copy } from "../../worker/copy/copy";
import type { CopyDeps } from "../../worker/copy/job";
import { makeProgress } from "../../worker/progress";
import { reconcile } from "../../worker/reconcile";
import { makeSlots } from "../../worker/slots";
import { makeTally } from "../../worker/tally";
import { makeBuckets } from "./worker-buckets";
import { makeClock } from "./worker-clock";
import { makeRecordedLog, scripted } from "./worker-fakes";

export const KEY = "dir/k";
export const SIZES = { partSize: 8 * MIB, multipartThreshold: 16 * MIB };

export const digest = (text: string): string => createHash("sha256").update(text).digest("base64url");

export function fingerprint(source: SourceObject, key = KEY): string {
  return fingerprintOf(source, { bucket: "src", key }, digest);
}

export function beginKey(options: { slots?: number; random?: () => number } = {}) {
  const { slots: slotCount = 8, random = () => 0.5 } = options;
  const clock = makeClock();
  const log = makeRecordedLog();
  const tally = makeTally();
  const buckets = makeBuckets();
  const { source, destination } = buckets;
  const stopping = makeController();
  const abandon = makeController();
  const ensureLease = scripted((_ms: number) => true);
  const hold = { canHandOff: true };
  const slots = makeSlots(slotCount);
  const heads = makeSlots(slotCount);
  const calls = makeKeyCalls({ clock, random, log, tally, slots, heads, abandon: abandon.signal }, KEY, {
    stopping: stopping.signal,
    ensureLease: (ms) => ensureLease(ms),
    canHandOff: () => hold.canHandOff,
    onWritten: () => undefined,
  });
  const planned: number[] = [];
  const orphans: number[] = [];
  const checksums = makeChecksums();
  const copying: CopyDeps = {
    destination,
    checksums,
    calls,
    progress: makeProgress({ clock, log, tally, plan: (requests) => void planned.push(requests) }, KEY),
    lanes: slotCount,
    onOrphan: () => void orphans.push(clock.now),
  };
  const restarts: string[] = [];
  const uploads: UploadState[] = [];

  /** One copy of what the source has now. */
  function copyNow(of: SourceObject): Promise<void> {
    buckets.at.source.set(KEY, of);
    const plan = planCopy(of.size, SIZES)!;
    return copy(copying, { key: KEY, source: of, fingerprint: fingerprint(of), plan, uploads });
  }

  function reconcileNow(attention: { mustLook?: boolean; giveUp?: SyncError } = {}) {
    return reconcile(
      {
        source,
        destination,
        sourceExists: () => source.exists(stopping.signal),
        sizes: SIZES,
        digest,
        clock,
        random,
        calls,
        copying,
        stopping: stopping.signal,
        report: {
          decided: () => undefined,
          deleted: () => undefined,
          restarted: (_key, why) => void restarts.push(why),
        },
      },
      {
        ...{ key: KEY, mustLook: attention.mustLook ?? false, giveUp: attention.giveUp, uploads },
        onState: () => undefined,
      },
    );
  }

  return {
    ...{ clock, log, tally, buckets, stopping, abandon, ensureLease, hold, slots, calls, planned, orphans, checksums },
    ...{ restarts, uploads, copyNow, reconcileNow },
  };
}
