/**
 * Explicit-state search over a finite system. States are a few words, kept once in one growing array; the trace to a state is
 * rebuilt from parents, so nothing is stored for labels.
 *
 * A system with interchangeable parts may rename: then one state is kept for all that differ only in names, and the trace is
 * walked once more without renaming, so that a name means the same from the first step to the last.
 *
 * `breadth` finds a shortest trace to a fault. `depth` also finds cycles: a successor that is still on the path is one. A search in
 * depth that finds neither a fault nor a cycle has shown that every run ends, and that it ends well.
 */
export interface System {
  readonly words: number;
  start(state: Uint32Array): void;
  /** Calls `visit` for every successor (the array is reused) and returns what is wrong with this state, if anything. */
  expand(state: Uint32Array, visit: (label: () => string, next: Uint32Array) => void): string | undefined;
  /** Replaces a state by the one that stands for all that differ only in names. */
  rename?(state: Uint32Array): void;
}

export interface Outcome {
  states: number;
  /** Undefined: no state is at fault. */
  fault?: string;
  /** The steps to the fault, or to the first state of the cycle. */
  trace: string[];
  /** The steps round a cycle, if the search met one (depth only). */
  cycle?: string[];
}

/** Kept here because jest makes every look at a global slow. */
const { imul } = Math;

enum Mark {
  New,
  OnPath,
  Done,
}

class StateStore {
  count = 0;
  private arena: Uint32Array;
  private table: Int32Array;
  constructor(private readonly words: number) {
    this.arena = new Uint32Array(words << 14);
    this.table = new Int32Array(1 << 16).fill(-1);
  }

  read(index: number, into: Uint32Array): void {
    const base = index * this.words;
    for (let i = 0; i < this.words; i++) into[i] = this.arena[base + i]!;
  }

  /** The index of the state, new or known. It is new when it equals the count before the call. */
  add(state: Uint32Array): number {
    if (this.count * 2 >= this.table.length) this.grow();
    const mask = this.table.length - 1;
    let slot = this.hash(state, 0) & mask;
    for (;;) {
      const index = this.table[slot]!;
      if (index < 0) break;
      if (this.equals(index, state)) return index;
      slot = (slot + 1) & mask;
    }
    if ((this.count + 1) * this.words > this.arena.length) {
      const larger = new Uint32Array(this.arena.length * 2);
      larger.set(this.arena);
      this.arena = larger;
    }
    this.arena.set(state, this.count * this.words);
    this.table[slot] = this.count;
    return this.count++;
  }

  private equals(index: number, state: Uint32Array): boolean {
    const base = index * this.words;
    for (let i = 0; i < this.words; i++) if (this.arena[base + i] !== state[i]) return false;
    return true;
  }

  private hash(array: Uint32Array, base: number): number {
    let h = 0x9e3779b9;
    for (let i = 0; i < this.words; i++) {
      h = imul(h ^ array[base + i]!, 0x85ebca6b);
      h ^= h >>> 13;
    }
    h = imul(h, 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  }

  private grow(): void {
    const table = new Int32Array(this.table.length * 2).fill(-1);
    const mask = table.length - 1;
    for (let index = 0; index < this.count; index++) {
      let slot = this.hash(this.arena, index * this.words) & mask;
      while (table[slot]! >= 0) slot = (slot + 1) & mask;
      table[slot] = index;
    }
    this.table = table;
  }
}

export function explore(system: System, order: "breadth" | "depth", limit = 4_000_000): Outcome {
  const store = new StateStore(system.words);
  const state = new Uint32Array(system.words);
  const parents: number[] = [];
  const marks: Mark[] = [];
  const add = (next: Uint32Array, parent: number): number => {
    system.rename?.(next);
    const index = store.add(next);
    if (index === parents.length) {
      parents.push(parent);
      marks.push(Mark.New);
      if (index > limit) throw new Error(`more than ${limit} states`);
    }
    return index;
  };
  system.start(state);
  add(state, -1);

  const outcome = (fault: string | undefined, at: number, cycle?: number[]): Outcome => ({
    states: store.count,
    ...(fault === undefined ? {} : { fault }),
    ...tell(fault === undefined && cycle === undefined ? [] : pathTo(at).slice(1), cycle),
  });
  const tell = (path: number[], round?: number[]): Pick<Outcome, "trace" | "cycle"> => {
    const from = new Uint32Array(system.words);
    system.start(from);
    const trace = labels(path, from);
    return round === undefined ? { trace } : { trace, cycle: labels(round, from) };
  };
  const pathTo = (index: number): number[] => {
    const path: number[] = [];
    for (let i = index; i >= 0; i = parents[i]!) path.push(i);
    return path.reverse();
  };
  const labels = (path: number[], from: Uint32Array): string[] =>
    path.map((index) => {
      const after = new Uint32Array(system.words);
      let found: string | undefined;
      const named = new Uint32Array(system.words);
      system.expand(from, (label, next) => {
        if (found !== undefined) return;
        named.set(next);
        system.rename?.(next);
        if (store.add(next) === index) {
          found = label();
          after.set(named);
        }
      });
      from.set(after);
      if (found === undefined) throw new Error("no step leads on: renaming does not commute with the steps");
      return found;
    });
  if (order === "breadth") {
    for (let index = 0; index < store.count; index++) {
      store.read(index, state);
      const fault = system.expand(state, (_label, next) => {
        add(next, index);
      });
      if (fault !== undefined) return outcome(fault, index);
    }
    return outcome(undefined, 0);
  }

  // Depth first. Pairs of (state, parent) wait on the stack; a negative entry marks the moment a state leaves the path.
  const waiting: number[] = [-1, 0];
  while (waiting.length > 0) {
    const index = waiting.pop()!;
    if (index < 0) {
      marks[-index - 1] = Mark.Done;
      continue;
    }
    const parent = waiting.pop()!;
    if (marks[index] !== Mark.New) continue;
    marks[index] = Mark.OnPath;
    parents[index] = parent;
    waiting.push(-index - 1);
    store.read(index, state);
    let again = -1;
    const fault = system.expand(state, (_label, next) => {
      const known = add(next, index);
      if (marks[known] === Mark.OnPath) again = known;
      else if (marks[known] === Mark.New) waiting.push(index, known);
    });
    if (fault !== undefined) return outcome(fault, index);
    if (again >= 0) {
      const path = pathTo(index);
      return outcome(undefined, again, [...path.slice(path.indexOf(again) + 1), again]);
    }
  }
  return outcome(undefined, 0);
}
