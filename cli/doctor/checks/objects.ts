/** A sample of the source's objects: what cannot be copied, what is not carried over, what a directory bucket may refuse. */
import { isSyncError } from "../../../core/errors";
import { MAX_OBJECT_BYTES } from "../../../core/parts";
import { count } from "../../shell/words";
import { type Check, type Finding, orOk, problem, warning } from "../check";
import type { Facts, Sample } from "../facts";

export const objectsCheck: Check = {
  id: "objects",
  title: "sample of the source's objects",
  run: async (facts) => {
    const sample = await facts.sample();
    const closer = await lookCloser(sample, facts);
    return orOk([...judgeListing(sample), ...closer], sampleText(sample));
  },
};

/** So many objects are looked at one by one: HEAD, and their tags. */
const CLOSER = 20;
const SHOWN = 3;
/** Storage classes that must be restored before they can be copied (API CopyObject). */
const ARCHIVED = new Set(["GLACIER", "DEEP_ARCHIVE"]);

export function judgeListing({ objects }: Pick<Sample, "objects">): readonly Finding[] {
  const keys = objects.map(({ key }) => key);
  return [
    ...some(
      objects.filter(({ storageClass = "" }) => ARCHIVED.has(storageClass)).map(({ key }) => key),
      (text, number) =>
        warning(
          `${count(number, "object")} archived, such as ${text}`,
          "They cannot be copied until they are restored; then the event ObjectRestore:Completed syncs them.",
        ),
    ),
    ...some(oddKeys(keys), (text, number) =>
      warning(
        `${count(number, "key")} of a kind that AWS does not document for directory buckets, such as ${text}`,
        "A key that is refused ends among the dead letters with its reason. Try one with `doctor --probe --probe-name`.",
      ),
    ),
    ...some(
      objects.filter(({ size }) => size > MAX_OBJECT_BYTES).map(({ key }) => key),
      (text, number) =>
        problem(`${count(number, "object")} above 48.8 TiB, such as ${text}`, "Split them: S3 cannot copy them."),
    ),
  ];
}

/**
 * Keys of which no page says what a directory bucket does: a slash at the end, empty or relative segments, control characters,
 * and a key that is a directory of others.
 */
export function oddKeys(keys: readonly string[]): readonly string[] {
  const directories = new Set(keys.flatMap(directoriesOf));
  return keys.filter(
    (key) =>
      key.endsWith("/") ||
      key.split("/").some((segment) => segment === "" || segment === "." || segment === "..") ||
      hasControlCharacter(key) ||
      directories.has(key),
  );
}

function hasControlCharacter(key: string): boolean {
  return Array.from(key).some((character) => character < " " || character === "\u007f");
}

function directoriesOf(key: string): readonly string[] {
  const segments = key.split("/");
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join("/"));
}

async function lookCloser({ objects }: Sample, facts: Facts): Promise<readonly Finding[]> {
  const chosen = spread(objects.map(({ key }) => key));
  const seen = await Promise.all(
    chosen.map(async (key) => ({ key, sealed: await isSealed(facts, key), tags: await facts.tags(key) })),
  );
  return [
    ...some(
      seen.filter(({ sealed }) => sealed).map(({ key }) => key),
      (text, number) =>
        problem(
          `${number} of ${chosen.length} under a customer's key (SSE-C), such as ${text}`,
          "They cannot be synced. Encrypt them with SSE-S3 or SSE-KMS at the source.",
        ),
    ),
    ...some(
      seen.filter(({ tags }) => tags > 0).map(({ key }) => key),
      (text, number) =>
        warning(
          `${number} of ${chosen.length} have tags, such as ${text}`,
          "Tags are not carried over: directory buckets have none. Nothing to do if nobody reads them there.",
        ),
    ),
  ];
}

/** HEAD of an object under a customer's key is a 400 without it (API HeadObject). */
async function isSealed(facts: Facts, key: string): Promise<boolean> {
  try {
    await facts.headSource(key);
    return false;
  } catch (error) {
    if (isSyncError(error) && error.code === "CustomerKeyRequired") return true;
    throw error;
  }
}

/** Evenly, both ends among them: neighbours are alike. */
function spread(keys: readonly string[]): readonly string[] {
  if (keys.length <= CLOSER) return keys;
  const step = (keys.length - 1) / (CLOSER - 1);
  return Array.from({ length: CLOSER }, (_, index) => keys[Math.round(index * step)] ?? "");
}

function some(keys: readonly string[], finding: (examples: string, number: number) => Finding): readonly Finding[] {
  if (keys.length === 0) return [];
  const examples = keys.slice(0, SHOWN).map((key) => JSON.stringify(key));
  return [finding(examples.join(", "), keys.length)];
}

function sampleText({ objects, complete }: Sample): string {
  if (objects.length === 0) return "there are none yet";
  return `${count(objects.length, "object")} looked at${complete ? ", all there are" : ""}: nothing stands in the way`;
}
