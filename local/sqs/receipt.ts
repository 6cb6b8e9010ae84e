/** Receipt handles: opaque to clients, different at every receive, and only good for the queue they come from. */
import { sqsError } from "./errors";

export interface Receipt {
  readonly messageId: string;
  readonly generation: number;
}

const MARK = "r1";

export function writeReceipt(queueName: string, messageId: string, generation: number, nonce: string): string {
  return Buffer.from(`${MARK}|${queueName}|${messageId}|${generation}|${nonce}`).toString("base64");
}

/** @throws CloudError ReceiptHandleIsInvalid (404) for anything this queue never gave out. */
export function readReceipt(queueName: string, handle: string): Receipt {
  const [mark, queue, messageId, generation, nonce] = Buffer.from(handle, "base64").toString().split("|");
  if (
    mark !== MARK ||
    queue !== queueName ||
    messageId === undefined ||
    !/^\d+$/.test(generation ?? "") ||
    nonce === undefined
  ) {
    throw sqsError("ReceiptHandleIsInvalid", `The input receipt handle "${handle}" is not a valid receipt handle.`);
  }
  return { messageId, generation: Number(generation) };
}
