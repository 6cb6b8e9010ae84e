/** The queue ports of one process: batches whose entries may fail one by one, and the long poll. */
import type { SyncError } from "../../core/errors";
import type { CancelSignal, EntryResults, Queue, QueueMessage } from "../../core/ports";
import { keysIn } from "./bodies";
import type { Judge } from "./judge";
import { Exchange, type Network, silence } from "./network";
import type { SimProcess } from "./process";
import type { SimMessage, SimQueue } from "./queue";
import { refusal } from "./source";

export interface QueueServices {
  readonly network: Network;
  readonly queue: SimQueue;
  readonly judge: Judge;
  /** Told of every message that a process sent. */
  readonly sent?: (process: SimProcess, message: SimMessage) => void;
}

/** Server-side limits (API SendMessage, SendMessageBatch). */
const MAX_ENTRIES = 10;
const MAX_DELAY_SECONDS = 900;

/** How late a queue request may be processed after it was sent. */
const LATE_MS = 25_000;

export function queuePort(services: QueueServices, process: SimProcess): Queue {
  const { network, queue, judge } = services;

  function batch<T>(
    operation: string,
    entries: readonly T[],
    keysOf: (entry: T) => readonly string[],
    detail: string,
    signal: CancelSignal,
    act: (entry: T) => SyncError | undefined,
  ): Promise<EntryResults> {
    if (!process.isRunning()) return silence();
    const keys = [...new Set(entries.flatMap(keysOf))];
    const random = network.luck(process, `${operation} entries`, keys);
    const failing = network.scheduler.now < network.settings.calmAtMs ? network.settings.entries : 0;
    return network.call<EntryResults>({
      process,
      operation,
      keys,
      detail,
      signal,
      target: "queue",
      isWrite: true,
      boundMs: LATE_MS,
      usualMs: 5,
      start: () => {
        if (entries.length > MAX_ENTRIES || entries.length === 0) throw refusal("InvalidRequest", operation);
        return () =>
          entries.map((entry) => {
            if (!random.chance(failing)) return act(entry);
            network.note("failing entry");
            process.lastFaultAtMs = network.scheduler.now;
            return refusal("Unavailable", operation);
          });
      },
      show: (results) => results.map((error) => error?.code ?? "ok").join(" "),
    });
  }

  return {
    receive: (max, waitSeconds, signal) => longPoll(services, process, max, waitSeconds * 1000, signal),
    changeVisibility: (entries, signal) =>
      batch(
        "ChangeMessageVisibility",
        entries,
        ({ receiptHandle }) => queue.byReceipt(receiptHandle)?.keys ?? [],
        entries.map(({ receiptHandle, timeoutSeconds }) => `${receiptHandle}=${String(timeoutSeconds)}`).join(" "),
        signal,
        ({ receiptHandle, timeoutSeconds }) => {
          const error = queue.changeVisibility(receiptHandle, timeoutSeconds);
          const message = queue.byReceipt(receiptHandle);
          if (error === undefined) message?.keys.forEach((key) => judge.letGo(process, key, message.id));
          return error;
        },
      ),
    delete: (receipts, signal) => {
      if (process.isRunning()) receipts.forEach((receipt) => judge.deleteSent(process, receipt));
      return batch(
        "DeleteMessage",
        receipts,
        (receipt) => queue.byReceipt(receipt)?.keys ?? [],
        receipts.join(" "),
        signal,
        (receipt) => {
          const message = queue.delete(receipt);
          if (message !== undefined) judge.acknowledged(process, message);
          return undefined;
        },
      );
    },
    send: (messages, signal) =>
      batch(
        "SendMessage",
        messages,
        ({ body }) => keysIn(body),
        messages
          .map(({ body, delaySeconds, attributes }) => `${body} +${String(delaySeconds ?? 0)}s ${reasonIn(attributes)}`)
          .join(" "),
        signal,
        ({ body, delaySeconds, attributes }) => {
          const delay = delaySeconds ?? 0;
          if (!Number.isInteger(delay) || delay < 0 || delay > MAX_DELAY_SECONDS)
            return refusal("InvalidRequest", "SendMessage");
          const message = queue.send(body, keysIn(body), delay * 1000, attributes ?? {});
          services.sent?.(process, message);
          return undefined;
        },
      ),
  };
}

/** Waits at the server until something is visible; what it hands out is held whether or not the answer arrives. */
function longPoll(
  { network, queue }: QueueServices,
  process: SimProcess,
  max: number,
  waitMs: number,
  signal: CancelSignal,
): Promise<readonly QueueMessage[]> {
  if (!process.isRunning()) return silence();
  const { scheduler } = network;
  const shape = { target: "queue", isWrite: false, boundMs: LATE_MS, usualMs: 3 } as const;
  const plan = network.plan(shape, process, "ReceiveMessage", []);
  const spec = {
    process,
    operation: "ReceiveMessage",
    keys: [],
    detail: "",
    signal,
    isWrite: false,
    show: showMessages,
  };
  const exchange = new Exchange<readonly QueueMessage[]>(network, spec);
  const { error } = plan;
  if (error !== undefined)
    scheduler.after(plan.answerMs, () => exchange.settle({ error: refusal(error.code, "ReceiveMessage") }));
  if (!plan.lands) return exchange.promise;

  const finish = (messages: readonly QueueMessage[]): void => {
    stop();
    cancel();
    if (error === undefined)
      scheduler.after(Math.max(1, plan.answerMs - plan.landMs), () => exchange.settle({ value: messages }));
  };
  let stop = (): void => undefined;
  let cancel = (): void => undefined;
  scheduler.after(plan.landMs, () => {
    const served = (): boolean => (exchange.open && process.isRunning()) || plan.outlivesClient;
    const look = (): boolean => {
      if (!served()) {
        stop();
        cancel();
        return true;
      }
      const messages = queue.take(max, process.id);
      if (messages.length === 0) return false;
      finish(messages);
      return true;
    };
    if (look()) return;
    stop = queue.poll(look);
    cancel = scheduler.after(waitMs, () => finish([]));
  });
  return exchange.promise;
}

function reasonIn(attributes: Readonly<Record<string, string>> | undefined): string {
  return attributes === undefined ? "" : JSON.stringify(attributes);
}

function showMessages(messages: readonly QueueMessage[]): string {
  return messages.map(({ receiptHandle, body }) => `${receiptHandle} ${keysIn(body).join(",")}`).join(" ") || "nothing";
}
