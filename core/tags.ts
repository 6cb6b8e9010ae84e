/** Tags as a setting: a JSON object, and what AWS takes of it. */
import type { Variable } from "./variables";

/** A resource takes 50, and some carry a name and an owner of ours. */
const MOST_TAGS = 48;

export const TAGS: Variable<Readonly<Record<string, string>>> = {
  name: "tags",
  allowed: `a JSON object with text values, such as {"team":"storage"}: at most ${MOST_TAGS} tags, names of 1 to 128 characters that do not begin with aws:, values of at most 256, both of letters, digits, spaces and _.:/=+-@`,
  read: readTags,
  write: (value) => JSON.stringify(value),
  fallback: {},
};

/** What every service takes (IAM API, Tag; General Reference, tag naming limits): one refusal would come in the middle of an `up`. */
function readTags(raw: string): Readonly<Record<string, string>> | undefined {
  try {
    const value = JSON.parse(raw) as unknown;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const entries = Object.entries(value);
    return entries.length <= MOST_TAGS && entries.every(isTag) ? Object.fromEntries(entries) : undefined;
  } catch {
    return undefined;
  }
}

function isTag(entry: [string, unknown]): entry is [string, string] {
  const [name, value] = entry;
  return (
    /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu.test(name) &&
    typeof value === "string" &&
    /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value)
  );
}
