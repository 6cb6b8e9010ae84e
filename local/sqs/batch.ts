/** Batches: limits on the whole, failures by entry inside a 200. Source: API SendMessageBatch, DeleteMessageBatch, ChangeMessageVisibilityBatch. */
import { CloudError } from "../http/service";
import { queryCode, sqsError } from "./errors";
import type { Queue } from "./queue";
import { isRecord, requiredText, type Input } from "./input";

const MAX_ENTRIES = 10;

export interface BatchOutput {
  readonly Successful: readonly Input[];
  readonly Failed: readonly {
    readonly Id: string;
    readonly SenderFault: boolean;
    readonly Code: string;
    readonly Message: string;
  }[];
}

/** @throws CloudError EmptyBatchRequest, TooManyEntriesInBatchRequest, InvalidBatchEntryId, BatchEntryIdsNotDistinct */
export function batchEntries(input: Input): readonly Input[] {
  const listed: readonly unknown[] = Array.isArray(input["Entries"]) ? input["Entries"] : [];
  const entries = listed.filter(isRecord);
  if (entries.length === 0) throw sqsError("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (entries.length > MAX_ENTRIES) {
    throw sqsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  }
  const ids = new Set<string>();
  for (const entry of entries) {
    const id = requiredText(entry, "Id");
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(id)) {
      throw sqsError(
        "InvalidBatchEntryId",
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
      );
    }
    if (ids.has(id)) throw sqsError("BatchEntryIdsNotDistinct", `Id ${id} repeated.`);
    ids.add(id);
  }
  return entries;
}

/** Does each entry by itself; what one throws is that entry's failure. */
export function eachEntry(
  queue: Pick<Queue, "beginEntry">,
  entries: readonly Input[],
  act: (entry: Input) => Input,
): BatchOutput {
  const Successful: Input[] = [];
  const Failed: BatchOutput["Failed"][number][] = [];
  for (const entry of entries) {
    const Id = requiredText(entry, "Id");
    try {
      queue.beginEntry();
      Successful.push({ Id, ...act(entry) });
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      Failed.push({ Id, SenderFault: error.status < 500, Code: queryCode(error.code), Message: error.message });
    }
  }
  return { Successful, Failed };
}
