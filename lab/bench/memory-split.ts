/** What the memory of a Node process is made of at its peak. Pure. */
import type { HeapSpaceInfo } from "node:v8";

/** MiB; together the peak. */
export interface MemorySplit {
  readonly rssMiB: number;
  /** Old generation, code and large objects: the most that a full collection left. Undefined when there was none. */
  readonly livingMiB: number | undefined;
  /** What lay there beyond it: garbage that V8 had not collected yet. Everything when there was no full collection. */
  readonly garbageMiB: number;
  /** Both halves. */
  readonly youngMiB: number;
  /** Pages of the heap that held nothing, or less than they could. */
  readonly emptyMiB: number;
  /** Buffers and what else V8 knows of outside its heap. */
  readonly outsideMiB: number;
  /** Everything else: the program and its libraries, V8's own data and threads, TLS and sockets. */
  readonly restMiB: number;
}

/** One look at a process. */
export interface Look {
  /** Bytes. */
  readonly rss: number;
  /** Bytes. */
  readonly external: number;
  readonly spaces: readonly Pick<HeapSpaceInfo, "space_name" | "space_used_size" | "physical_space_size">[];
}

/** A space as `v8.GCProfiler` tells it. */
export interface SpaceAfter {
  readonly spaceName: string;
  readonly spaceUsedSize: number;
}

const MIB = 1024 * 1024;

/** @param collections the spaces after each full collection */
export function splitOf({ rss, external, spaces }: Look, collections: readonly (readonly SpaceAfter[])[]): MemorySplit {
  const young = spaces.filter(({ space_name }) => isYoung(space_name));
  const old = spaces.filter(({ space_name }) => !isYoung(space_name));
  const used = sum(old.map((space) => space.space_used_size));
  const resident = sum(old.map((space) => space.physical_space_size));
  const youngBytes = sum(young.map((space) => space.physical_space_size));
  const left = collections.map((after) =>
    sum(after.filter(({ spaceName }) => !isYoung(spaceName)).map(({ spaceUsedSize }) => spaceUsedSize)),
  );
  const living = left.length === 0 ? undefined : Math.min(used, Math.max(...left));
  return {
    rssMiB: rss / MIB,
    livingMiB: living === undefined ? undefined : living / MIB,
    garbageMiB: (used - (living ?? 0)) / MIB,
    youngMiB: youngBytes / MIB,
    emptyMiB: Math.max(0, resident - used) / MIB,
    outsideMiB: external / MIB,
    restMiB: (rss - youngBytes - Math.max(used, resident) - external) / MIB,
  };
}

function isYoung(space: string): boolean {
  return space === "new_space" || space === "new_large_object_space";
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
