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
  /** Only to count: then nothing was queued when it breaks off. */
  readonly isDryRun: boolean;
}

/** @throws CliError that says how to go on, when something was queued before */
export async function fromInventory(deps: FromInventoryDeps, task: InventoryTask): Promise<FromInventory> {
  const { place, prefix, resume, sourceBucket } = task;
  const text = await deps.reader.text(place.bucket, place.key, deps.signal).catch(unreadable(deps, place));
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
      open: (file) => {
        const at = { bucket: manifest.bucket ?? place.bucket, key: file.key };
        return deps.reader.stream(at.bucket, at.key, deps.signal).catch(unreadable(deps, at));
      },
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
    const soFar = task.isDryRun ? "Nothing was sent." : `Up to here all is queued. To go on: --resume ${here()}`;
    throw cliError(`${explainError(error)}\n${soFar}`);
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

/** S3's words name no object, and the operator's policy is no help here: it says nothing about inventories. */
function unreadable({ signal }: Pick<FromInventoryDeps, "signal">, { bucket, key }: Place): (error: unknown) => never {
  return (error) => {
    if (signal.aborted || !(error instanceof Error)) throw error;
    const rights =
      "An inventory is read with rights of your own: s3:GetObject on it, and kms:Decrypt if it is encrypted.";
    const denied = /^AccessDenied/.test(error.name) ? `\n${rights}` : "";
    throw cliError(`s3://${bucket}/${key} cannot be read: ${error.name}: ${error.message}${denied}`);
  };
}
