/** Everything that is known of one key: both sides as they are now, open uploads, the log, and the dead letters. */
import { decide, type Decision } from "../../core/decide";
import { fingerprintOf, FINGERPRINT_KEY, type Digest } from "../../core/fingerprint";
import { isUnderPrefix } from "../../core/keys";
import type { CopySizes } from "../../core/parts";
import type { DestinationBucket, SourceBucket } from "../../core/ports";
import type { DestinationState, SourceState } from "../../core/state";
import { historyOf, type History } from "./history";
import type { KeyLetters } from "./letters";
import type { Line } from "../logs/line";
import { adviceOn, messageOf } from "../shell/errors";

export interface ExplainDeps {
  readonly source: SourceBucket;
  readonly destination: Pick<DestinationBucket, "head" | "listUploads">;
  readonly digest: Digest;
  readonly prefix: string;
  /** As the worker has them; undefined when that could not be read. */
  readonly sizes: () => Promise<CopySizes>;
  /** Lines about the key, oldest first. */
  readonly log: () => Promise<readonly Line[]>;
  /** Undefined when nobody is to look into the dead-letter queue. */
  readonly letters: (() => Promise<KeyLetters>) | undefined;
}

/** A side that could not be looked at, and why. */
export interface Unseen {
  readonly kind: "unseen";
  readonly why: string;
  readonly advice: string | undefined;
}

export interface Explanation {
  readonly key: string;
  readonly underPrefix: boolean;
  readonly source: SourceState | Unseen;
  readonly destination: DestinationState | Unseen;
  /** What a replica of the source as it is now carries. */
  readonly fingerprint: string | undefined;
  /** What the destination's object carries. */
  readonly carried: string | undefined;
  /** Undefined when a side could not be looked at. */
  readonly equal: boolean | undefined;
  readonly decision: Decision | undefined;
  readonly uploads: readonly string[] | Unseen;
  readonly history: History | Unseen;
  /** Undefined when nobody looked. */
  readonly deadLetters: KeyLetters | Unseen | undefined;
}

/** @throws Error when the source bucket does not exist: then absent means nothing (rule 0) */
export async function explain(deps: ExplainDeps, key: string, signal: AbortSignal): Promise<Explanation> {
  const { source, destination, digest, prefix } = deps;
  const [seen, present, uploads, history, deadLetters, sizes] = await Promise.all([
    orUnseen(source.head(key, signal)),
    orUnseen(destination.head(key, signal)),
    orUnseen(destination.listUploads(key, signal)),
    orUnseen(deps.log().then(historyOf), adviceOnLog),
    deps.letters === undefined ? undefined : orUnseen(deps.letters()),
    deps.sizes(),
  ]);
  signal.throwIfAborted();
  if (seen.kind === "absent" && !(await source.exists(signal))) {
    throw new Error(`The source bucket ${source.name} does not exist: nothing can be said about its keys.`);
  }
  const fingerprint = seen.kind === "object" ? fingerprintOf(seen, { bucket: source.name, key }, digest) : undefined;
  const decision =
    seen.kind === "unseen" || present.kind === "unseen" ? undefined : decide(seen, fingerprint ?? "", present, sizes);
  return {
    key,
    underPrefix: isUnderPrefix(key, prefix),
    source: seen,
    destination: present,
    fingerprint,
    carried: present.kind === "object" ? present.metadata[FINGERPRINT_KEY] : undefined,
    equal: decision === undefined ? undefined : decision.kind === "in-sync",
    decision,
    uploads,
    history,
    deadLetters,
  };
}

export function isUnseen(value: object): value is Unseen {
  return "kind" in value && value.kind === "unseen";
}

async function orUnseen<T>(reading: Promise<T>, advise = adviceOn): Promise<T | Unseen> {
  try {
    return await reading;
  } catch (error) {
    return { kind: "unseen", why: messageOf(error), advice: advise(error) };
  }
}

function adviceOnLog(error: unknown): string | undefined {
  return error instanceof Error && error.name === "ResourceNotFoundException"
    ? "The log group does not exist: no worker has run yet, or --worker-log-group is another one."
    : adviceOn(error);
}
