/** Ways to break the worker, one rule each, and where the simulation finds them. */
import type { Patch } from "./build";
import { bucketLost, changesDuringHeads, existingObjects, handoffs, type Shape, stopInWrites } from "./shapes";

export interface SimBug {
  readonly name: string;
  /** The rule of the convergence rule that it breaks, or the promise. */
  readonly breaks: string;
  readonly patches: readonly Patch[];
  /** First seed of the search; the search takes the next seeds up to the bound of the test. */
  readonly fromSeed: number;
  /** Makes the situation that the rule is about more frequent; the default is the random scenario as it is. */
  readonly shape?: Shape;
}

/** The verb has to be carried from the event to the reconcile, which the worker takes care not to do. */
const TRUST_THE_VERB: readonly Patch[] = [
  {
    file: "worker/intake.ts",
    find: "suspectUploads: redelivered,",
    replace: 'suspectUploads: redelivered, removed: mine.every((e) => e.eventName.startsWith("ObjectRemoved")),',
  },
  {
    file: "worker/inbox.ts",
    find: "task.suspectUploads ||= filing.suspectUploads;",
    replace: "task.suspectUploads ||= filing.suspectUploads; task.removed = filing.removed;",
  },
  {
    file: "worker/attend.ts",
    find: "{ key: task.key, mustLook,",
    replace: "{ key: task.key, removed: task.removed, mustLook,",
  },
  {
    file: "worker/reconcile.ts",
    find: "const { state: before, atMs } = await headSource(deps, key);",
    replace:
      'if (attention.removed) { const gone = { kind: "absent" }; await write(deps, attention, { before: gone, atMs: clock.monotonicMs(), mustLook }); return gone; } const { state: before, atMs } = await headSource(deps, key);',
  },
];

export const SIM_BUGS: readonly SimBug[] = [
  {
    name: "no after-check",
    breaks: "rule 1",
    patches: [
      { file: "worker/reconcile.ts", find: "if (sameState(before, after)) return after;", replace: "return before;" },
    ],
    fromSeed: 16,
  },
  {
    name: "no source condition on parts",
    breaks: "rule 2",
    patches: [
      {
        file: "worker/copy/multipart.ts",
        find: "sourceEtag: source.etag, ...partRange",
        replace: 'sourceEtag: "*", ...partRange',
      },
    ],
    fromSeed: 4,
  },
  {
    name: "no source condition on CopyObject",
    breaks: "rule 2",
    patches: [
      { file: "worker/copy/copy.ts", find: "sourceEtag: source.etag, content", replace: 'sourceEtag: "*", content' },
    ],
    fromSeed: 5,
  },
  { name: "the verb of an event is trusted", breaks: "an event is a hint", patches: TRUST_THE_VERB, fromSeed: 18 },
  {
    name: "a retry hides an unknown outcome",
    breaks: "rule 3",
    patches: [
      {
        file: "worker/writes.ts",
        find: "return await callOnce(clock, operation, bound * ANSWER_SHARE, abandon, call);",
        replace:
          "const value = await callOnce(clock, operation, bound * ANSWER_SHARE, abandon, call); this.unsettledUntilMs = 0; return value;",
      },
    ],
    fromSeed: 35,
  },
  {
    name: "a lost answer counts as no effect",
    breaks: "rule 3",
    patches: [
      {
        file: "worker/writes.ts",
        find: 'if (error.effect === "unknown") this.unsettled',
        replace: "if (false) this.unsettled",
      },
    ],
    fromSeed: 35,
  },
  {
    name: "a write is sent under any lease",
    breaks: "rule 4",
    patches: [
      {
        file: "worker/writes.ts",
        find: "if (!(await ensureLease(bound, until))) throw",
        replace: "if (!(await ensureLease(0))) throw",
      },
    ],
    fromSeed: 1,
  },
  {
    name: "a heartbeat lowers a deadline",
    breaks: "rule 4",
    patches: [
      {
        file: "worker/leases.ts",
        find: "const wanted = Math.ceil(Math.max(ms, record.deadlineMs - now) / 1000);",
        replace: "const wanted = Math.ceil(ms / 1000);",
      },
      { file: "worker/leases.ts", find: "record.deadlineMs - now <= (visibilityMs * 2) / 3", replace: "true" },
    ],
    fromSeed: 40,
  },
  {
    name: "a message is deleted with a stale receipt",
    breaks: "rule 5",
    patches: [
      {
        file: "worker/outbox.ts",
        find: "leases.beginDelete(lease, DELETE_MARGIN_MS)",
        replace: "leases.beginDelete(lease, DELETE_MARGIN_MS).then(() => true)",
      },
    ],
    fromSeed: 22,
  },
  {
    name: "a key is put back without waiting for its write",
    breaks: "rule 6",
    patches: [
      {
        file: "core/outcome.ts",
        find: "Math.ceil(Math.max(ms, landsWithinMs) / 1000)",
        replace: "Math.ceil(ms / 1000)",
      },
    ],
    fromSeed: 12,
    shape: stopInWrites,
  },
  {
    name: "a message is given back at once, whatever is in flight",
    breaks: "rule 6",
    patches: [
      {
        file: "worker/release.ts",
        find: 'case "put-back": {',
        replace: 'case "put-back": { leave(task, deliveries); return;',
      },
      {
        file: "worker/leases.ts",
        find: "letGo(lease) { const record = recordOf(lease);",
        replace:
          "letGo(lease) { const record = recordOf(lease); if (record.held) void deps.queue.changeVisibility([{ receiptHandle: lease.message.receiptHandle, timeoutSeconds: 0 }], never).catch(() => undefined);",
      },
    ],
    fromSeed: 12,
    shape: stopInWrites,
  },
  {
    name: "404 of a missing bucket is taken as absent",
    breaks: "rule 0",
    patches: [
      {
        file: "worker/reconcile.ts",
        find: 'if (state.kind === "absent" && !(await sourceExists()))',
        replace: "if (false)",
      },
    ],
    fromSeed: 1,
    shape: bucketLost,
  },
  {
    name: "a message is deleted when it is filed",
    breaks: "nothing lost",
    patches: [
      {
        file: "worker/intake.ts",
        find: 'tally.add("coalesced", inbox.file(lease, history, filing));',
        replace: 'tally.add("coalesced", inbox.file(lease, history, filing)); void outbox.acknowledge(lease);',
      },
    ],
    fromSeed: 1,
  },
  {
    name: "a message that came during a pass is released by it",
    breaks: "nothing lost",
    patches: [
      {
        file: "worker/conclude.ts",
        find: "ends ? [...covered] : [...task.deliveries]",
        replace: "[...task.deliveries]",
      },
    ],
    fromSeed: 1,
    shape: changesDuringHeads,
  },
  {
    name: "an abort is forgotten",
    breaks: "rule 8",
    patches: [
      {
        file: "worker/copy/multipart.ts",
        find: "else if (!(deps.calls.canHandOff() && canResume(error))) await abandonUpload(deps, job, upload);",
        replace: "else forget(job, upload);",
      },
    ],
    fromSeed: 11,
  },
  {
    name: "an upload is resumed whatever it copies",
    breaks: "rule 8",
    patches: [
      {
        file: "worker/copy/multipart.ts",
        find: "uploads.find((upload) => upload.fingerprint === fingerprint)",
        replace: "uploads.find(() => true)",
      },
    ],
    fromSeed: 4,
    shape: handoffs(false),
  },
  {
    name: "an upload is resumed with parts of another plan",
    breaks: "rule 8",
    patches: [
      {
        file: "worker/copy/uploads.ts",
        find: "return parts.every((part) => fitsPlan(part, plan)) ? parts",
        replace: "return true ? parts",
      },
    ],
    fromSeed: 1,
    shape: handoffs(true),
  },
  {
    name: "the heartbeat is off",
    breaks: "rule 4",
    patches: [{ file: "worker/leases.ts", find: "if (!isAborted(signal)) void beat();", replace: "" }],
    fromSeed: 650,
  },
  {
    name: "a hand-off is lost",
    breaks: "rule 7",
    patches: [
      {
        file: "worker/drain.ts",
        find: "outbox.send({ body: encodeEnvelope(message), ...(groupId === undefined ? {} : { groupId }) })",
        replace: "Promise.resolve(encodeEnvelope(message) !== groupId)",
      },
    ],
    fromSeed: 1,
  },
  {
    name: "a delete is not checked again",
    breaks: "rule 1",
    patches: [
      {
        file: "worker/reconcile.ts",
        find: "if (sameState(before, after)) return after;",
        replace: 'if (before.kind === "absent" || sameState(before, after)) return after;',
      },
    ],
    fromSeed: 1_360,
  },
  {
    name: "a range is acknowledged without what is left of it",
    breaks: "a message is deleted only when what replaces it was taken",
    patches: [{ file: "worker/listing.ts", find: "sendAll([...lists, ...batches])", replace: "sendAll(batches)" }],
    fromSeed: 1,
    shape: existingObjects,
  },
  {
    name: "a range is acknowledged although SQS did not take what replaces it",
    breaks: "a message is deleted only when what replaces it was taken",
    patches: [{ file: "worker/listing.ts", find: "return sent.every(Boolean);", replace: "return true;" }],
    fromSeed: 1,
    shape: existingObjects,
  },
  {
    name: "a listing that is stopped half way forgets the rest",
    breaks: "SIGTERM puts back exactly the rest",
    patches: [
      { file: "worker/listing/unit.ts", find: "if (isCutShort) return [rest];", replace: "if (isCutShort) return [];" },
    ],
    fromSeed: 1,
    shape: existingObjects,
  },
  {
    name: "a replica that the listing does not show counts as in sync",
    breaks: "what differs is enqueued",
    patches: [
      {
        file: "core/listing-compare.ts",
        find: 'if (replica === undefined) return { kind: "differs", why: "missing" };',
        replace: 'if (replica === undefined) return { kind: "same" };',
      },
      {
        file: "core/listing-compare.ts",
        find: 'if (replica.kind === "absent") return { kind: "differs", why: "missing" };',
        replace: 'if (replica.kind === "absent") return { kind: "same" };',
      },
    ],
    fromSeed: 1,
    shape: existingObjects,
  },
];

/** Bugs that only the built worker shows, with its adapters, or that show that the process mode's checker is awake. */
export interface ProcessBug {
  readonly name: string;
  readonly breaks: string;
  readonly patches: readonly Patch[];
  readonly fromSeed: number;
}

export const PROCESS_BUGS: readonly ProcessBug[] = [
  {
    name: "the tagging directive is missing",
    breaks: "tagged objects are copied",
    patches: [{ file: "aws/lean/destination-bucket.ts", find: '"x-amz-tagging-directive": "REPLACE",', replace: "" }],
    fromSeed: 1,
  },
  {
    name: "requests for parts carry no source condition",
    breaks: "rule 2",
    patches: [
      {
        file: "aws/lean/destination-uploads.ts",
        find: '"x-amz-copy-source-range": `bytes=${firstByte}-${lastByte}`, "x-amz-copy-source-if-match": quoted(sourceEtag),',
        replace: '"x-amz-copy-source-range": `bytes=${firstByte}-${lastByte}`,',
      },
    ],
    fromSeed: 1,
  },
  {
    name: "headers and metadata are left to S3",
    breaks: "metadata is carried over",
    patches: [
      {
        file: "aws/lean/destination-uploads.ts",
        find: "...contentHeaders(content),",
        replace: "...contentHeaders({ headers: {}, metadata: content.metadata }),",
      },
    ],
    fromSeed: 1,
  },
  {
    name: "a message is deleted when it is filed (built worker)",
    breaks: "nothing lost",
    patches: [
      {
        file: "worker/intake.ts",
        find: 'tally.add("coalesced", inbox.file(lease, history, filing));',
        replace: 'tally.add("coalesced", inbox.file(lease, history, filing)); void outbox.acknowledge(lease);',
      },
    ],
    fromSeed: 1,
  },
];
