/** The fault rules of a running cloud: added, counted, held and removed, by a test in this process or over the control endpoint. */
import { compileMatch, type FaultAction, type FaultPoint, type FaultRule, type When } from "./fault-rules";
import type { Random } from "./random";

export type { FaultAction, FaultPoint, FaultRule, TextMatch, When } from "./fault-rules";

/** A rule as it stands. */
export interface FaultState {
  readonly name: string;
  readonly rule: FaultRule;
  /** Requests that matched, those it let pass included. */
  readonly seen: number;
  /** Requests it acted on. */
  readonly hits: number;
}

/** Handle of one added rule. */
export interface Fault {
  readonly name: string;
  readonly seen: number;
  readonly hits: number;
  /** Takes the rule away; requests it acts on already are not affected. */
  remove(): void;
}

/** Requests stopped at a point until the test lets them go. */
export interface Held {
  /** Resolves when the n-th request (counted from 1) has arrived. */
  arrived(n?: number): Promise<void>;
  readonly arrivals: readonly FaultPoint[];
  /** Lets the first `n` of the stopped requests go on. */
  releaseSome(n: number): void;
  /** Lets all go on and takes the rule away. */
  release(): void;
}

interface ActiveRule {
  readonly name: string;
  readonly rule: FaultRule;
  readonly matches: (point: FaultPoint) => boolean;
  seen: number;
  hits: number;
}

/** One action that falls to one request. */
export interface Strike {
  readonly name: string;
  readonly action: FaultAction;
  readonly when: When;
}

export class Faults {
  private rules: ActiveRule[] = [];
  private readonly holds = new Set<Held>();
  private unnamed = 0;

  constructor(private readonly random: Random) {}

  /** Rules act in the order they were added; waits add up, the first one that ends the request ends it. */
  add(rule: FaultRule): Fault {
    const name = rule.name ?? `fault-${++this.unnamed}`;
    const active: ActiveRule = { name, rule, matches: compileMatch(rule), seen: 0, hits: 0 };
    this.rules = [...this.rules.filter((other) => other.name !== name), active];
    return {
      name,
      get seen() {
        return active.seen;
      },
      get hits() {
        return active.hits;
      },
      remove: () => {
        this.rules = this.rules.filter((other) => other !== active);
      },
    };
  }

  /** Stops matching requests before (or after) their effect until they are released: races without sleeping. */
  hold(rule: Omit<FaultRule, "action"> & { readonly when?: When }): Held {
    const arrivals: FaultPoint[] = [];
    const stopped: (() => void)[] = [];
    const watchers: { n: number; resolve: () => void }[] = [];
    let open = false;
    const until = (point: FaultPoint): Promise<void> | void => {
      arrivals.push(point);
      for (const watcher of watchers) if (arrivals.length >= watcher.n) watcher.resolve();
      return open ? undefined : new Promise<void>((resolve) => void stopped.push(resolve));
    };
    const { when = "before", ...match } = rule;
    const fault = this.add({ ...match, action: { type: "wait", until, when } });
    const held: Held = {
      arrivals,
      arrived: (n = 1) =>
        arrivals.length >= n ? Promise.resolve() : new Promise<void>((resolve) => void watchers.push({ n, resolve })),
      releaseSome: (n) => {
        for (const go of stopped.splice(0, n)) go();
      },
      release: () => {
        open = true;
        fault.remove();
        this.holds.delete(held);
        held.releaseSome(stopped.length);
      },
    };
    this.holds.add(held);
    return held;
  }

  /** True if a rule of that name was there. */
  remove(name: string): boolean {
    const before = this.rules.length;
    this.rules = this.rules.filter((rule) => rule.name !== name);
    return this.rules.length < before;
  }

  /** Takes all rules away and lets all held requests go. */
  clear(): void {
    this.rules = [];
    for (const held of [...this.holds]) held.release();
  }

  list(): FaultState[] {
    return this.rules.map(({ name, rule, seen, hits }) => ({ name, rule, seen, hits }));
  }

  /** @internal For the front: what happens to this request. Counts. */
  strike(point: FaultPoint): readonly Strike[] {
    if (this.rules.length === 0) return NONE;
    const strikes: Strike[] = [];
    for (const active of this.rules) {
      if (!active.matches(point)) continue;
      active.seen += 1;
      const { skip = 0, times = Infinity, probability = 1, action } = active.rule;
      if (active.seen <= skip || active.hits >= times) continue;
      if (probability < 1 && this.random() >= probability) continue;
      active.hits += 1;
      strikes.push({ name: active.name, action, when: whenOf(action) });
    }
    return strikes;
  }
}

const NONE: readonly Strike[] = [];

function whenOf(action: FaultAction): When {
  return "when" in action ? (action.when ?? "before") : "before";
}
