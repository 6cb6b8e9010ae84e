/**
 * The addresses behind a host name, used in turn: S3 answers with several, and one of them alone is a bottleneck (User Guide,
 * optimizing performance: "spread requests over multiple connections", multi-value DNS answers).
 */
import { isIP } from "node:net";

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** `dns.promises.lookup` with `all`. */
export type Lookup = (host: string) => Promise<readonly Address[]>;

export interface Addresses {
  /** The address for the next connection. @throws what the lookup throws when no address is known */
  next(): Promise<Address>;
  /** No connection could be made to it: passed over until the names are asked for again. */
  failed(address: string): void;
}

export interface AddressesOptions {
  readonly host: string;
  readonly lookup: Lookup;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** S3's own records live for a few seconds; new ones bring new servers into play. */
const ASK_AGAIN_MS = 10_000;

export function makeAddresses({ host, lookup, now }: AddressesOptions): Addresses {
  if (isIP(host) !== 0) {
    const only = { address: host, family: isIP(host) };
    return { next: () => Promise.resolve(only), failed: () => undefined };
  }
  let known: readonly Address[] = [];
  let askedAt = -Infinity;
  let asking: Promise<void> | undefined;
  let turn = 0;
  const bad = new Set<string>();

  async function ask(): Promise<void> {
    const found = await lookup(host);
    bad.clear();
    known = found;
    askedAt = now();
  }

  return {
    async next() {
      if (known.length === 0 || now() - askedAt >= ASK_AGAIN_MS) {
        asking ??= ask().finally(() => (asking = undefined));
        // Old addresses are better than none.
        if (known.length === 0) await asking;
        else asking.catch(() => undefined);
      }
      const good = known.filter(({ address }) => !bad.has(address));
      const candidates = good.length > 0 ? good : known;
      const chosen = candidates[turn++ % candidates.length];
      if (chosen === undefined) throw Object.assign(new Error(`no address for ${host}`), { code: "ENOTFOUND" });
      return chosen;
    },
    failed: (address) => void bad.add(address),
  };
}
