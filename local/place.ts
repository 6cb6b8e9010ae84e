/** Where a cloud keeps its files. One cloud per directory: two would write into each other's journal. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export interface Place {
  readonly directory: string;
  /** Whether the files are to be found again by the next cloud. */
  readonly keep: boolean;
  /** Removes a temporary directory, lets others have one that was given. Safe to call twice. */
  readonly giveBack: () => void;
}

/** A directory that was given, or a temporary one. @throws Error when it is in use or cannot be made */
export function takePlace(given: string | undefined): Place {
  if (given !== undefined) return { directory: given, keep: true, giveBack: lockDirectory(given) };
  const directory = mkdtempSync(join(tmpdir(), "local-cloud-"));
  return { directory, keep: false, giveBack: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Directories that this process holds: its own id in a file says nothing when ids begin anew, as in a container. */
const held = new Set<string>();

/**
 * Takes the directory, making it where it is not there; the answer gives it back. What a process left behind that was killed is taken over.
 * @throws Error when a living process has it, or it cannot be made
 */
function lockDirectory(directory: string): () => void {
  const place = resolve(directory);
  const file = join(place, "cloud.pid");
  mkdirSync(place, { recursive: true });
  const holder = held.has(place) ? process.pid : holderOf(file);
  if (holder !== undefined)
    throw new Error(
      `The directory ${place} is in use by process ${holder}. End it or choose another directory; if that is no local cloud, remove ${file}.`,
    );
  writeFileSync(file, `${process.pid}\n`);
  held.add(place);
  return () => {
    if (held.delete(place)) rmSync(file, { force: true });
  };
}

/** The process another cloud runs in. */
function holderOf(file: string): number | undefined {
  let pid: number;
  try {
    pid = Number(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
  return Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid) ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
