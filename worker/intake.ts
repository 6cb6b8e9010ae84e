/**
 * From a message to work, or to its end. Messages are untrusted: only keys of the configured source bucket under the
 * configured prefix become work, whatever a message names.
 *
 * Who owns the message afterwards: the inbox or the lister, if there is work in it; otherwise it is acknowledged here (nothing to do),
 * dead-lettered (nobody will ever understand it), or left alone (a newer worker may).
 */
import type { WorkerConfig } from "../core/config";
import { encodeEnvelope, groupIdOf, isLive, putBack } from "../core/envelope";
import { syncError } from "../core/errors";
import { parseMessage } from "../core/events";
import { isUnderPrefix } from "../core/keys";
import type { Envelope, EnvelopeHistory, KeyEntry, ObjectEvent } from "../core/messages";
import type { Clock, Log } from "../core/ports";
import { deadLetterOf } from "./dead-letter";
import type { Inbox } from "./inbox";
import type { Lease, Leases } from "./leases";
import type { Lister } from "./listing";
import type { Metrics } from "./metrics";
import type { Outbox } from "./outbox";
import type { Tally } from "./tally";

/** How long a message for a newer worker stays invisible. */
const LEAVE_MS = 3600_000;

export interface IntakeDeps {
  readonly config: Pick<WorkerConfig, "sourceBucket" | "prefix">;
  readonly inbox: Inbox;
  readonly lister: Pick<Lister, "take" | "keysCame">;
  readonly outbox: Outbox;
  readonly leases: Leases;
  readonly clock: Clock;
  readonly log: Log;
  readonly tally: Tally;
  readonly metrics: Pick<Metrics, "skipped">;
}

/** Files one received message. Never throws. */
export function makeIntake(deps: IntakeDeps): (lease: Lease, body: string) => Promise<void> {
  const { config, inbox, lister, outbox, leases, clock, log, tally, metrics } = deps;

  async function intake(lease: Lease, body: string): Promise<void> {
    const { messageId } = lease.message;
    tally.add("messages");
    const parsed = parseMessage(body);
    switch (parsed.kind) {
      case "events":
        return fileEvents(lease, parsed.events);
      case "keys":
      case "handoff":
        return fileEnvelope(lease, parsed);
      case "test-event":
        log.info("test-event", { messageId });
        metrics.skipped("test-event");
        return outbox.acknowledge(lease);
      case "list":
        lister.take(lease, parsed);
        return;
      case "newer":
        log.warn("newer-message-left", { messageId, version: parsed.version, advice: "A newer worker will take it." });
        return leaveForLater(lease);
      case "unknown": {
        log.error("message-not-understood", { messageId, problem: parsed.problem });
        const error = syncError({
          code: "Unknown",
          operation: "ReceiveMessage",
          effect: "none",
          awsName: "MessageNotUnderstood",
          message: parsed.problem,
        });
        const sent = await outbox.deadLetter(
          deadLetterOf(body, error, undefined, "Look at the body: somebody else sends to this queue."),
        );
        tally.add("deadLetters");
        return endOf(lease, sent);
      }
    }
  }

  /** Left untouched, and out of sight for a while: three receives within minutes would dead-letter it before a newer worker is there. */
  async function leaveForLater(lease: Lease): Promise<void> {
    await leases.ensure([lease], LEAVE_MS);
    leases.letGo(lease);
  }

  async function fileEvents(lease: Lease, events: readonly ObjectEvent[]): Promise<void> {
    const mine = events.filter((event) => event.bucket === config.sourceBucket && wanted(event.key, event.bucket));
    for (const event of events)
      if (event.bucket !== config.sourceBucket) ignore(event.key, event.bucket, "other-bucket");
    tally.add("events", events.length);
    const first = mine[0];
    if (first === undefined) return outbox.acknowledge(lease);
    const redelivered = lease.message.receiveCount > 1;
    const history: EnvelopeHistory = {
      failures: 0,
      eventTime: Math.min(...mine.map((event) => event.eventTime)),
      firstSeen: clock.wallMs(),
      origin: "worker",
    };
    file(lease, history, {
      entries: unique(mine),
      upload: undefined,
      mustLook: redelivered,
      suspectUploads: redelivered,
      live: true,
    });
  }

  async function fileEnvelope(lease: Lease, envelope: Exclude<Envelope, { kind: "list" }>): Promise<void> {
    if (envelope.kind === "keys" && !isLive(envelope) && lease.message.receiveCount === 1) {
      lister.keysCame(envelope.keys.length, clock.wallMs() - lease.message.sentAt);
    }
    const entries = unique(envelope.keys.filter((entry) => wanted(entry.key, config.sourceBucket)));
    if (entries.length === 0) return outbox.acknowledge(lease);
    if (entries.length > 1 && lease.message.receiveCount > 1) return split(lease, envelope, entries);
    file(lease, envelope, {
      entries,
      upload: envelope.kind === "handoff" ? envelope.upload : undefined,
      mustLook: true,
      suspectUploads:
        lease.message.receiveCount > 1 ||
        envelope.failures > 0 ||
        envelope.origin === "worker" ||
        envelope.sweep === true,
      live: envelope.origin === "worker",
    });
  }

  /** A batch that came back may hold one key that kills its worker: every key gets a message, and a count, of its own. */
  async function split(lease: Lease, envelope: Envelope, entries: readonly KeyEntry[]): Promise<void> {
    const history = { ...envelope, failures: envelope.failures + lease.message.receiveCount - 1 };
    const groupId = groupIdOf(envelope);
    const sent = await Promise.all(
      entries.map((entry) =>
        outbox.send({ body: encodeEnvelope(putBack([entry], history)), ...(groupId === undefined ? {} : { groupId }) }),
      ),
    );
    log.info("batch-split", { messageId: lease.message.messageId, keys: entries.length });
    return endOf(lease, sent.every(Boolean));
  }

  /** A message may only be deleted once what replaces it has been taken by SQS. */
  async function endOf(lease: Lease, replaced: boolean): Promise<void> {
    if (replaced) await outbox.acknowledge(lease);
    else leases.letGo(lease);
  }

  function file(lease: Lease, history: EnvelopeHistory, filing: Parameters<Inbox["file"]>[2]): void {
    tally.add("coalesced", inbox.file(lease, history, filing));
  }

  function wanted(key: string, bucket: string): boolean {
    const inside = isUnderPrefix(key, config.prefix);
    if (!inside) ignore(key, bucket, "outside-prefix");
    return inside;
  }

  function ignore(key: string, bucket: string, reason: "outside-prefix" | "other-bucket"): void {
    tally.add("ignored");
    metrics.skipped(reason);
    log.warn("event-ignored", { key, bucket, reason });
  }

  return intake;
}

function unique(entries: readonly KeyEntry[]): KeyEntry[] {
  const byKey = new Map<string, KeyEntry>();
  for (const { key, size } of entries) byKey.set(key, size === undefined ? { key } : { key, size });
  return [...byKey.values()];
}
