/** The people who use the source bucket: carries out the steps of a scenario and sends the events S3 would send. */
import type { CallMoment } from "./network";
import type { SourceAction, WorkStep } from "./scenario";
import type { NewContent } from "./source";
import type { SimWorld } from "./world";
import { keysBody, listBody } from "./bodies";
import { PREFIX } from "./config";

export class Workload {
  private next = 0;
  private armed: (() => void) | undefined;
  private waitingFor: { readonly step: WorkStep; readonly key: string } | undefined;
  private contents = 0;
  private readonly puts = new Map<string, NewContent[]>();
  /** Delays of the events of the step under way. */
  private eventDelaysMs: readonly number[] = [0];

  constructor(
    private readonly world: SimWorld,
    private readonly steps: readonly WorkStep[],
    private readonly keys: readonly string[],
  ) {
    world.network.watch((moment) => this.notice(moment));
  }

  get done(): boolean {
    return this.next >= this.steps.length && this.armed === undefined;
  }

  get delays(): readonly number[] {
    return this.eventDelaysMs;
  }

  start(): void {
    this.arm();
  }

  private arm(): void {
    const step = this.steps[this.next++];
    if (step === undefined) return;
    const key = this.keyOf(step);
    const { when } = step;
    let cancel: () => void = () => undefined;
    const fire = (): void => {
      cancel();
      this.armed = undefined;
      this.waitingFor = undefined;
      this.act(step, key);
      this.arm();
    };
    this.armed = fire;
    if (when.kind === "call") this.waitingFor = { step, key };
    cancel = this.world.scheduler.after(when.kind === "after" ? when.ms : when.orAfterMs, fire);
  }

  private notice({ operation, phase, keys }: CallMoment): void {
    const waiting = this.waitingFor;
    if (waiting?.step.when.kind !== "call") return;
    const { when } = waiting.step;
    if (when.operation === operation && when.phase === phase && keys.includes(waiting.key)) this.armed?.();
  }

  private act(step: WorkStep, key: string): void {
    const { source, history, queue, scheduler } = this.world;
    const { action } = step;
    history.add("source", action.kind, key);
    if (action.kind === "backfill") {
      queue.send(keysBody(this.keys, scheduler.now), this.keys, 0, {});
      return;
    }
    if (action.kind === "list") {
      queue.send(listBody(PREFIX, scheduler.now, action.all), [], 0, {});
      return;
    }
    if (!source.present) return;
    this.eventDelaysMs = step.eventDelaysMs;
    this.change(key, action);
  }

  private change(key: string, action: Exclude<SourceAction, { kind: "backfill" | "list" }>): void {
    const { source } = this.world;
    switch (action.kind) {
      case "put":
        this.put(key, this.newContent(key, action));
        return;
      case "put-again": {
        const earlier = this.puts.get(key)?.at(-1 - action.back);
        if (earlier !== undefined) this.put(key, earlier);
        return;
      }
      case "describe":
        source.describe(key, this.headers(), this.metadata(action.crowded));
        return;
      case "delete":
        if (source.get(key) !== undefined) source.delete(key);
        return;
      case "delete-old-version":
        source.deleteOldVersion(key);
        return;
    }
  }

  private put(key: string, content: NewContent): void {
    this.puts.set(key, [...(this.puts.get(key) ?? []), content]);
    this.world.source.put(key, content);
  }

  private newContent(key: string, action: Extract<SourceAction, { kind: "put" }>): NewContent {
    const { size, multipart, checksummed } = action;
    const contentId = `c${String(++this.contents)}`;
    const odd = this.contents % 5 === 0;
    // A source that is itself a replica carries a fingerprint that says nothing about us.
    const metadata = odd ? { "s3es-source": "1;stale;1;1;;x" } : { n: contentId };
    return { contentId, size, headers: { "content-type": key.slice(-1) }, metadata, multipart, checksummed };
  }

  private headers(): Record<string, string> {
    return { "content-type": `t${String(++this.contents)}`, expires: "not a date" };
  }

  /** Crowded: no room is left for a fingerprint. */
  private metadata(crowded: boolean): Record<string, string> {
    const mark = `m${String(++this.contents)}`;
    return crowded ? { mark, ballast: "b".repeat(2030 - mark.length) } : { mark };
  }

  private keyOf(step: WorkStep): string {
    const key = this.keys[step.key % this.keys.length];
    if (key === undefined) throw new Error("a scenario needs keys");
    return key;
  }
}
