/** The dead letters about one key: SQS has no way to look but to receive, so what is received is given back at once. */
import type { SQSClient } from "@aws-sdk/client-sqs";
import { readQueueState } from "../../aws/operator/queue-state";
import { type Group, groupsOf, isSelected } from "../dlq/groups";
import { deadLetterPorts } from "../dlq/queues";
import { withLetters } from "../dlq/sweep";

export interface KeyLetters {
  /** Letters about the key, by reason, the largest group first. */
  readonly reasons: readonly Pick<Group, "reason" | "letters" | "oldestSentAt" | "advice">[];
  /** Letters that were looked at, whatever they are about; 0 when the queue counts none. */
  readonly looked: number;
  /** False when there may be more than were looked at. */
  readonly whole: boolean;
  /** Not seen, because somebody else who looks into the queue holds them. */
  readonly hidden: number;
}

/** Some seconds of receives: who wants all of more letters than this asks `dlq show`. */
const MOST_LOOKED_AT = 1_000;

/** An empty queue costs one call. Rejects as SQS does, and when `signal` aborts. */
export async function readKeyLetters(
  sqs: SQSClient,
  deadLetterQueueUrl: string,
  key: string,
  signal: AbortSignal,
): Promise<KeyLetters> {
  const { visible: expected, inFlight: hidden } = await readQueueState(sqs, deadLetterQueueUrl, signal);
  if (expected === 0) return { reasons: [], looked: 0, whole: true, hidden };
  const options = { expected, limit: MOST_LOOKED_AT, signal, onSeen: () => undefined };
  return withLetters(deadLetterPorts(sqs, { deadLetterQueueUrl }), options, ({ letters, whole }) => {
    const about = letters.filter((letter) => isSelected(letter, { key }));
    const reasons = groupsOf(about).map(({ reason, letters: number, oldestSentAt, advice }) => ({
      reason,
      letters: number,
      oldestSentAt,
      advice,
    }));
    return Promise.resolve({ result: { reasons, looked: letters.length, whole, hidden }, gone: [] });
  });
}
