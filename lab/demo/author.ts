/** Whoever writes to the source bucket: carries the scenario out. */
import { CopyObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Stack } from "../stack/stack";
import { contentOf, type DemoObject } from "./objects";
import type { Change, Race, Step } from "./scenario";
import { sleep } from "./wait";

export interface Author {
  put(object: DemoObject, partBytes?: number): Promise<void>;
  /** Carries the steps out, each at its time or as soon after it as it can. */
  play(steps: readonly Step[]): Promise<void>;
  /** Prepares the overwrites that come in the middle of a copy; resolves when all have happened. */
  race(races: readonly Race[], onRace: (race: Race) => void): Promise<void>;
}

export function makeAuthor(stack: Stack, client: S3Client, signal: AbortSignal): Author {
  const { cloud, source, destination } = stack;

  async function put(object: DemoObject, partBytes?: number): Promise<void> {
    const { headers, metadata, tags, checksum, bytes } = object;
    const partSizes = partBytes === undefined ? undefined : sizesOf(bytes, partBytes);
    await cloud.s3.put(source, object.key, contentOf(object, signal), {
      headers,
      metadata,
      tags,
      checksum,
      ...(partSizes === undefined ? {} : { partSizes }),
    });
  }

  async function apply(change: Change): Promise<void> {
    switch (change.kind) {
      case "put":
        return put(change.object);
      case "delete":
        cloud.s3.delete(source, change.key);
        return;
      case "retouch":
        await client.send(
          new CopyObjectCommand({
            Bucket: source,
            Key: change.key,
            CopySource: `${source}/${change.key}`,
            MetadataDirective: "REPLACE",
            Metadata: change.metadata,
            CacheControl: change.cacheControl,
            ContentType: "text/plain; charset=utf-8",
          }),
        );
    }
  }

  return {
    put,
    async play(steps) {
      const began = performance.now();
      for (const { atMs, change } of steps) {
        const early = began + atMs - performance.now();
        if (early > 0) await sleep(early, signal);
        signal.throwIfAborted();
        await apply(change);
      }
    },
    async race(races, onRace) {
      await Promise.all(
        races.map(
          (race) =>
            new Promise<void>((resolve, reject) => {
              signal.addEventListener("abort", () => reject(reasonOf(signal)), { once: true });
              cloud.faults.add({
                name: `overwrite ${race.moment} the copy`,
                operation: "CopyObject",
                resource: destination,
                key: race.object.key,
                principal: "worker",
                times: 1,
                action: {
                  type: "wait",
                  when: race.moment,
                  until: async () => {
                    onRace(race);
                    await put(race.object).then(resolve, reject);
                  },
                },
              });
            }),
        ),
      );
    },
  };
}

function sizesOf(bytes: number, partBytes: number): number[] {
  const whole = Array.from({ length: Math.floor(bytes / partBytes) }, () => partBytes);
  return bytes % partBytes === 0 ? whole : [...whole, bytes % partBytes];
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}
