/** What the verbs of dlq have in common: options, the sweep with its progress, and the words about it. */
import type { SQSClient } from "@aws-sdk/client-sqs";
import { makeOperatorClients, type OperatorClients } from "../../aws/operator/clients";
import { readQueueState } from "../../aws/operator/queue-state";
import type { Parsed } from "../../core/variables";
import type { Context } from "../shell/context";
import { count } from "../shell/words";
import type { Letter } from "./letter";
import { deadLetterPorts } from "./queues";
import { MOST_LETTERS, type Swept, withLetters } from "./sweep";

export const DLQ_NEEDS = ["region", "deadLetterQueueUrl"] as const;

type DlqContext = Pick<Context<(typeof DLQ_NEEDS)[number]>, "system" | "out" | "signal" | "onEnd">;

export const DEFAULT_LIMIT = "10000";
export const LIMIT_OPTION = `look at no more than this many messages, at most ${MOST_LETTERS}`;

/** --limit. @param others what else is wrong with the call */
export function readLimit(raw: string, others: readonly string[] = []): Parsed<number> {
  const limit = /^\d{1,9}$/.test(raw) ? Number(raw) : 0;
  const isIn = limit >= 1 && limit <= MOST_LETTERS;
  if (isIn && others.length === 0) return { ok: true, config: limit };
  const problem = `--limit is ${JSON.stringify(raw)}; it must be a whole number from 1 to ${MOST_LETTERS}`;
  return { ok: false, problems: [...others, ...(isIn ? [] : [problem])] };
}

export function openClients({ system, onEnd }: DlqContext): OperatorClients {
  const clients = makeOperatorClients(system.region);
  onEnd(() => clients.destroy());
  return clients;
}

/** All letters, with progress; says on stderr what could not be looked at. */
export async function sweepAll<T>(
  { system, out, signal }: DlqContext,
  sqs: SQSClient,
  limit: number,
  use: (swept: Swept) => Promise<{ readonly result: T; readonly gone: readonly Letter[] }>,
): Promise<T> {
  const before = await readQueueState(sqs, system.deadLetterQueueUrl, signal);
  const expected = before.visible;
  const progress = out.progress("reading dead letters", Math.min(expected, limit));
  const options = { expected, limit, signal, onSeen: (seen: number) => progress.update(seen) };
  try {
    return await withLetters(deadLetterPorts(sqs, system), options, (swept) => {
      progress.end();
      if (!swept.whole) {
        out.note(
          `Only ${count(swept.letters.length, "message")} of about ${count(expected, "message")} looked at: --limit.`,
        );
      }
      if (before.inFlight > 0) {
        out.note(
          `${count(before.inFlight, "more message")} held by somebody else who looks into the queue: not seen here.`,
        );
      }
      return use(swept);
    });
  } finally {
    progress.end();
  }
}

/** Reading only: everything is given back. */
export function readAll(context: DlqContext, sqs: SQSClient, limit: number): Promise<Swept> {
  return sweepAll(context, sqs, limit, (swept) => Promise.resolve({ result: swept, gone: [] }));
}
