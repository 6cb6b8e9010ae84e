/**
 * Every version that was ever put at the source, written down by whoever put it: what the destination may hold is judged by
 * this record and never by what the product or the cloud says.
 */
import { FINGERPRINT_KEY } from "../../../core/fingerprint";
import { CARRIED_HEADERS } from "../../../core/state";
import type { AdminObject } from "../../../local/s3/admin-objects";

export interface Version {
  /** SHA-256 of its bytes, or the identity of a phantom. */
  readonly digest: string;
  readonly size: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export class SourceRecord {
  private readonly everPut = new Map<string, Set<string>>();
  private readonly current = new Map<string, Version>();
  private readonly changes = new Map<string, number>();

  /** To be told before the source holds it: a copy may be quicker than whoever put it. */
  willPut(key: string, version: Version): void {
    const versions = this.everPut.get(key) ?? new Set();
    this.everPut.set(key, versions.add(textOf(version)));
  }

  holds(key: string, version: Version | undefined, atMs: number): void {
    this.changes.set(key, atMs);
    if (version === undefined) this.current.delete(key);
    else this.current.set(key, version);
  }

  /** When the key changed last, by the machine's clock. */
  changedAt(key: string): number {
    return this.changes.get(key) ?? 0;
  }

  get(key: string): Version | undefined {
    return this.current.get(key);
  }

  existed(key: string, version: Version): boolean {
    return this.everPut.get(key)?.has(textOf(version)) === true;
  }

  /** Every key that was ever touched. */
  keys(): readonly string[] {
    return [...this.changes.keys()];
  }
}

/** An object as the cloud shows it, without what the product adds or does not carry. */
export function versionOf({ size, headers, metadata }: AdminObject, digest: string): Version {
  const carried = CARRIED_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]));
  const own = Object.entries(metadata).filter(([name]) => name !== FINGERPRINT_KEY);
  return {
    digest,
    size,
    headers: Object.fromEntries(carried) as Version["headers"],
    metadata: Object.fromEntries(own),
  };
}

export function sameVersion(a: Version | undefined, b: Version | undefined): boolean {
  return a === undefined || b === undefined ? a === b : textOf(a) === textOf(b);
}

/** For people. */
export function describeVersion(version: Version | undefined): string {
  return version === undefined
    ? "absent"
    : `${version.size} bytes ${version.digest.slice(0, 12)} ${JSON.stringify(version.metadata)}`;
}

function textOf({ digest, size, headers, metadata }: Version): string {
  return JSON.stringify([digest, size, sorted(headers), sorted(metadata)]);
}

function sorted(record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
