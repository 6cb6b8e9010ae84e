/** The local cloud for people: started with the buckets they asked for, there until it is told to end. */
import { startCloud, type Cloud } from "./cloud";
import { EVENTS_QUEUE, type LocalSettings } from "./options";
import type { BucketOption } from "./furnish";
import { told, type Told } from "./told";

export interface LocalIo {
  /** Told once, when everything can be used. */
  readonly ready: (told: Told) => void;
  readonly closing: () => void;
  /** Why it could not start. */
  readonly failed: (reason: string) => void;
}

/** A source bucket whose events go to a queue, and a directory bucket beside it. */
const EXAMPLE: readonly BucketOption[] = [
  { name: "local-source", eventsTo: EVENTS_QUEUE },
  { name: "local-destination--eun1-az1--x-s3" },
];

/** Resolves to the exit code once `end` has: 0, or 1 when it could not start. Nothing is left behind in both cases but what is to be kept. */
export async function runLocal(settings: LocalSettings, io: LocalIo, end: Promise<void>): Promise<0 | 1> {
  const buckets = settings.buckets ?? EXAMPLE;
  let cloud: Cloud;
  try {
    cloud = await startCloud({ ...settings, buckets });
  } catch (error) {
    io.failed(whyNot(error, settings.port));
    return 1;
  }
  try {
    io.ready(told(cloud, settings));
    await end;
    io.closing();
  } finally {
    await cloud.close();
  }
  return 0;
}

function whyNot(error: unknown, port: number): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return `Port ${port} is in use. Choose another with --port, or --port 0.`;
  return error instanceof Error ? message : String(error);
}
