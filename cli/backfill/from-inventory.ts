/** Keys of an S3 Inventory become messages; what was done can be told at any moment, so that a later call can go on. */
import { createHash } from "node:crypto";
import type { ObjectReader } from "../../aws/operator/objects";
import { putBack, splitEnvelope } from "../../core/envelope";
import type { Envelope, EnvelopeHistory } from "../../core/messages";
import { type CopySizes, plannedRequests } from "../../core/parts";
import { cliError, explainError, usageProblems } from "../shell/errors";
import { beginInventory, type InventoryCounts, readInventory } from "./inventory";
import { parseManifest } from "./manifest";
import { type Place, type Resume, resumeText } from "./options";

export interface FromInventoryDeps {
  readonly reader: Pick<ObjectReader, "text" | "stream">;
  readonly send: (envelopes: readonly Envelope[]) => Promise<void>;
  readonly onRows: (rows: number, expected: number | undefined) => void;
  readonly history: EnvelopeHistory;
  readonly sizes: CopySizes;
  readonly signal: AbortSignal;
}

export interface FromInventory extends InventoryCounts {
  readonly isComplete: boolean;
  readonly files: number;
  readonly messages: number;
  readonly copyRequests: number;
  /** For --resume; undefined when it is complete. */
  readonly resume?: string;
}

export interface InventoryTask {
  readonly place: Place;
  readonly prefix: string;
  readonly resume: Resume | undefined;
  readonly sourceBucket: string;
}

/** @throws CliError that says how to go on, when something was queued before */
export async function fromInventory(deps: FromInventoryDeps, task: InventoryTask): Promise<FromInventory> {
  const { place, prefix, resume, sourceBucket } = task;
  const text = await deps.reader.text(place.bucket, place.key, deps.signal);
  const manifest = parseManifest(text, `s3://${place.bucket}/${place.key}`, sourceBucket);
  const id = createHash("md5").update(text).digest("hex").slice(0, 8);
  if (resume !== undefined && resume.manifest !== id) {
    throw usageProblems([`--resume ${resumeText(resume)} is of another manifest; this one's begins with ${id}`]);
  }
  const { counts, position } = beginInventory(resume);
  let [messages, copyRequests] = [0, 0];
  const here = (): string => resumeText({ manifest: id, ...position });
  const reading = readInventory(
    {
      open: (file) => deps.reader.stream(manifest.bucket ?? place.bucket, file.key, deps.signal),
      async portion(entries) {
        const envelopes = splitEnvelope(putBack(entries, deps.history), deps.sizes);
        await deps.send(envelopes);
        messages += envelopes.length;
        copyRequests += entries.reduce((sum, { size }) => sum + plannedRequests(size, deps.sizes), 0);
      },
      onRows: deps.onRows,
      signal: deps.signal,
    },
    manifest,
    prefix,
    counts,
    position,
  );
  const end = await reading.catch((error: unknown) => {
    if (deps.signal.aborted) return "stopped" as const;
    throw cliError(`${explainError(error)}\nUp to here all is queued. To go on: --resume ${here()}`);
  });
  const isComplete = end === "end";
  return {
    ...counts,
    isComplete,
    files: manifest.files.length,
    messages,
    copyRequests,
    ...(isComplete ? {} : { resume: here() }),
  };
}
