/** Reads the dead letters for verify: once a run, and not before a finding asks for them. What is received is given back. */
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { ReceivedLetter } from "../../aws/operator/dead-letters";
import { type QueueState, readQueueState } from "../../aws/operator/queue-state";
import { deadLetterPorts } from "../dlq/queues";
import { eachLetter, type SweepPorts } from "../dlq/sweep";
import { explainError } from "../shell/errors";
import { type LettersLook, type Refusal, refusalOf, weightier } from "./refusal";

export interface LettersPorts extends SweepPorts {
  readonly depth: (signal: AbortSignal) => Promise<Pick<QueueState, "visible" | "inFlight">>;
}

export interface Refusals {
  /** Rejects only once `close` was called, or the signal has aborted. */
  of(fingerprint: string): Promise<Refusal | undefined>;
  /** Null while nobody has asked. */
  readonly look: LettersLook | null;
  /** Ends a look that is under way, and forgets what was read; how far it was read stays known. */
  close(): Promise<void>;
}

/** As many as `dlq` reads by itself. Of each, a fingerprint, a reason and a receipt handle are kept: up to 2 KB. */
export const MOST_READ = 10_000;

export function lettersPorts(sqs: SQSClient, deadLetterQueueUrl: string): LettersPorts {
  return {
    ...deadLetterPorts(sqs, { deadLetterQueueUrl }),
    depth: (signal) => readQueueState(sqs, deadLetterQueueUrl, signal),
  };
}

/** @param ports a text instead says why there is nothing to look at */
export function makeRefusals(ports: LettersPorts | string, until: AbortSignal, most = MOST_READ): Refusals {
  const closing = new AbortController();
  const signal = AbortSignal.any([until, closing.signal]);
  const known = new Map<string, Refusal>();
  let reading: Promise<void> | undefined;
  let look: LettersLook | null = null;

  function add(letter: ReceivedLetter): void {
    const refusal = refusalOf(letter);
    if (refusal === undefined) return;
    const other = known.get(refusal.fingerprint);
    known.set(refusal.fingerprint, other === undefined ? refusal : weightier(other, refusal));
  }

  async function read(): Promise<void> {
    if (typeof ports === "string") {
      look = { read: 0, unread: 0, problem: ports };
      return;
    }
    let read = 0;
    try {
      const { visible, inFlight } = await ports.depth(signal);
      const options = { expected: visible, limit: most, signal, onSeen: (seen: number) => (read = seen) };
      const whole = visible === 0 || (await eachLetter(ports, options, add));
      look = { read, unread: inFlight + (whole ? 0 : visible - read), problem: null };
    } catch (error) {
      if (signal.aborted) throw error;
      const [why = ""] = explainError(error).split("\n");
      look = { read, unread: 0, problem: `the dead-letter queue cannot be read: ${why.replace(/\.$/, "")}` };
    }
  }

  return {
    async of(fingerprint) {
      await (reading ??= read());
      return known.get(fingerprint);
    },
    get look() {
      return look;
    },
    async close() {
      closing.abort();
      await reading?.catch(() => undefined);
      known.clear();
    },
  };
}
