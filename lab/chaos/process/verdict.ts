/** What must be true at rest. */
import { FINGERPRINT_KEY } from "../../../core/fingerprint";
import type { PeekedMessage } from "../../../local/sqs";
import { keysIn } from "../../sim/bodies";
import type { Stack } from "../../stack/stack";
import { describeVersion, sameVersion, type SourceRecord, type Version, versionOf } from "./record";
import type { Witness } from "./witness";

/** Keys of which the destination does not hold what the record says the source holds, and how they differ. */
export async function differences(stack: Stack, record: SourceRecord): Promise<ReadonlyMap<string, string>> {
  const { cloud, source, destination } = stack;
  const found = new Map<string, string>();
  const keys = new Set([...record.keys(), ...cloud.s3.list(destination).map(({ key }) => key)]);
  for (const key of keys) {
    const wanted = record.get(key);
    const object = cloud.s3.head(destination, key);
    const version: Version | undefined =
      object === undefined ? undefined : versionOf(object, await cloud.s3.digest(destination, key));
    if (!sameVersion(wanted, version)) {
      found.set(key, `${describeVersion(version)} instead of ${describeVersion(wanted)}`);
      continue;
    }
    const at = cloud.s3.head(source, key);
    const fingerprint = object?.metadata[FINGERPRINT_KEY];
    if (at === undefined || fingerprint === undefined) continue;
    const told = fingerprint.split(";").slice(0, 4).join(";");
    const true_ = `1;${at.etag};${at.size};${Math.floor(at.lastModifiedMs / 1000)}`;
    if (told !== true_) found.set(key, `fingerprint ${told} instead of ${true_}`);
  }
  return found;
}

/** Keys in the dead-letter queue. Each has its reason, or was moved by SQS because workers died holding it. */
export function judgeDeadLetters({ deadLetters }: Stack, witness: Witness): ReadonlySet<string> {
  const dead = new Set<string>();
  for (const message of deadLetters.peek()) {
    const keys = keysIn(message.body);
    for (const key of keys) dead.add(key);
    if (!isExplained(message)) {
      witness.blame(
        "a dead letter has its reason",
        keys[0],
        `${message.messageId} after ${message.receiveCount} receives`,
      );
    }
  }
  return dead;
}

function isExplained({ attributes, deadLetterSourceArn }: PeekedMessage): boolean {
  return attributes["ErrorCode"] !== undefined || deadLetterSourceArn !== undefined;
}

/**
 * No upload is open but those whose id nobody can know: the answer to CreateMultipartUpload was lost, or its asker killed
 * (docs/architecture.md). Answers how many of these are left to the lifecycle rule.
 */
export function judgeUploads({ cloud, destination }: Stack, witness: Witness, deathsHappened: boolean): number {
  const unanswered = new Set(
    cloud.log
      .entries({ operation: "CreateMultipartUpload" })
      .filter(({ status, faults }) => status === 0 || faults !== undefined)
      .map(({ key }) => key),
  );
  const left = cloud.s3.openUploads(destination);
  for (const { key, uploadId } of left) {
    if (!deathsHappened && !unanswered.has(key)) witness.blame("no upload left open", key, uploadId);
  }
  return left.length;
}
