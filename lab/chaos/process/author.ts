/** Carries the story out at the source bucket and writes down what it did. Changes of one key are made one after another. */
import { createHash } from "node:crypto";
import type { Content, PutOptions } from "../../../local/s3/admin-objects";
import type { History } from "../../sim/history";
import type { Stack } from "../../stack/stack";
import { sleep } from "../../demo/wait";
import type { SourceRecord, Version } from "./record";
import type { Change, StoryStep } from "./story";

export interface Author {
  /** Resolves when all has been done. Rejects with the signal's reason. */
  play(steps: readonly StoryStep[]): Promise<void>;
  readonly changes: number;
}

interface Written {
  readonly content: Content;
  readonly version: Version;
  readonly options: PutOptions;
}

/** A bucket nobody watches: where the identity of phantoms is asked for. */
const SCRATCH = "chaos-scratch";
const PART_BYTES = 5 * 1024 ** 2;

export function makeAuthor(stack: Stack, record: SourceRecord, history: History, signal: AbortSignal): Author {
  const { s3, faults } = stack.cloud;
  s3.createBucket(SCRATCH);
  const writings = new Map<string, Written[]>();
  const turns = new Map<string, Promise<void>>();
  let counter = 0;
  let changes = 0;

  /** After whatever is still being done to the key. */
  function inTurn(key: string, act: () => Promise<void>): Promise<void> {
    const turn = (turns.get(key) ?? Promise.resolve()).then(act);
    turns.set(key, turn);
    return turn;
  }

  async function write(key: string, written: Written): Promise<void> {
    const { content, version, options } = written;
    record.willPut(key, version);
    // By the machine's clock: the cloud's jumps ahead of what an operator's command line takes for now.
    await s3.put(stack.source, key, content, { ...options, lastModifiedMs: Date.now() });
    record.holds(key, version, Date.now());
    writings.set(key, [...(writings.get(key) ?? []), written].slice(-3));
    history.add("source", "put", key, `${version.size} bytes ${JSON.stringify(version.metadata)}`);
  }

  async function make({ bytes, phantom, inParts, tagged }: Omit<PutChange, "kind" | "key">): Promise<Written> {
    const ordinal = ++counter;
    const content = phantom ? { phantomBytes: bytes, seed: ordinal } : bytesOf(ordinal, bytes);
    const headers = headersOf(ordinal);
    const metadata = { n: String(ordinal) };
    const digest = Buffer.isBuffer(content) ? sha256(content) : await identityOf(content);
    const options = {
      headers,
      metadata,
      ...(tagged ? { tags: { owner: "somebody" } } : {}),
      ...(inParts ? { partSizes: partSizes(bytes) } : {}),
    };
    return { content, options, version: { digest, size: bytes, headers, metadata } };
  }

  async function identityOf(phantom: { phantomBytes: number; seed: number }): Promise<string> {
    const key = `phantom ${phantom.seed}`;
    await s3.put(SCRATCH, key, phantom);
    return s3.digest(SCRATCH, key);
  }

  async function change(step: Change): Promise<void> {
    const { kind, key } = step;
    const last = writings.get(key)?.at(-1);
    switch (kind) {
      case "put":
        return write(key, await make(step));
      case "again": {
        const earlier = writings.get(key)?.at(-3) ?? last;
        return earlier === undefined ? undefined : write(key, earlier);
      }
      case "describe": {
        if (last === undefined || record.get(key) === undefined) return;
        const ordinal = ++counter;
        const described = { headers: headersOf(ordinal), metadata: { n: String(ordinal), described: "yes" } };
        return write(key, {
          ...last,
          version: { ...last.version, ...described },
          options: { ...last.options, ...described },
        });
      }
      case "delete":
      case "expire":
        if (record.get(key) === undefined) return;
        s3[kind](stack.source, key);
        record.holds(key, undefined, Date.now());
        history.add("source", kind, key);
        return;
      case "race":
        return race(step);
      case "customer-key":
      case "archived":
        return write(
          key,
          unsyncable(await make({ bytes: 1_000, phantom: false, inParts: false, tagged: false }), kind),
        );
    }
  }

  /** The overwrite comes while the worker's request for one part is on its way. */
  async function race({ key, bytes, part }: Extract<Change, { kind: "race" }>): Promise<void> {
    const large = { bytes, phantom: true, inParts: true, tagged: false };
    const second = await make(large);
    faults.add({
      name: `race ${key}`,
      operation: "UploadPartCopy",
      resource: stack.destination,
      key,
      skip: part,
      times: 1,
      action: { type: "wait", until: () => inTurn(key, () => write(key, second)) },
    });
    await write(key, await make(large));
  }

  return {
    async play(steps) {
      const began = performance.now();
      const doing: Promise<void>[] = [];
      for (const { atMs, change: step } of steps) {
        const early = began + atMs - performance.now();
        if (early > 5) await sleep(early, signal);
        signal.throwIfAborted();
        changes += 1;
        doing.push(inTurn(step.key, () => change(step)));
      }
      await Promise.all(doing);
    },
    get changes() {
      return changes;
    },
  };
}

type PutChange = Extract<Change, { kind: "put" }>;

function unsyncable(written: Written, kind: "customer-key" | "archived"): Written {
  const how: PutOptions =
    kind === "archived"
      ? { storageClass: "GLACIER" }
      : { customerKeyMd5: createHash("md5").update("key").digest("base64") };
  return { ...written, options: { ...written.options, ...how } };
}

function bytesOf(ordinal: number, length: number): Buffer {
  return Buffer.alloc(length, `${ordinal}|`);
}

function headersOf(ordinal: number): Record<string, string> {
  return {
    "content-type": ordinal % 3 === 0 ? "text/plain; charset=utf-8" : "application/octet-stream",
    ...(ordinal % 4 === 0 ? { "cache-control": `max-age=${ordinal}` } : {}),
    ...(ordinal % 5 === 0 ? { "content-disposition": `attachment; filename="${ordinal}"`, expires: "not a date" } : {}),
  };
}

function partSizes(bytes: number): number[] {
  const whole = Array.from({ length: Math.floor(bytes / PART_BYTES) }, () => PART_BYTES);
  const rest = bytes % PART_BYTES;
  return rest === 0 ? whole : [...whole, rest];
}

function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
