/** Receivers that wait in a long poll, served in the order they came. */
import type { Clock } from "../http/clock";
import type { Delivery } from "./queue-types";

interface Waiter {
  readonly max: number;
  readonly visibilityMs: number;
  readonly resolve: (deliveries: Delivery[]) => void;
}

export class Waiters {
  private readonly waiting = new Set<Waiter>();

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.waiting.size;
  }

  /** Resolves with messages, or with none when the time is over or the signal comes. */
  add(max: number, visibilityMs: number, waitMs: number, signal: AbortSignal | undefined): Promise<Delivery[]> {
    return new Promise((resolve) => {
      const finish = (deliveries: Delivery[]) => {
        this.waiting.delete(waiter);
        timer.cancel();
        signal?.removeEventListener("abort", leave);
        resolve(deliveries);
      };
      const leave = () => finish([]);
      const waiter = { max, visibilityMs, resolve: finish };
      const timer = this.clock.after(waitMs, leave);
      signal?.addEventListener("abort", leave);
      this.waiting.add(waiter);
    });
  }

  /** Gives each in turn what there is, until there is nothing. */
  serve(deliver: (max: number, visibilityMs: number) => Delivery[]): void {
    for (const waiter of this.waiting) {
      const deliveries = deliver(waiter.max, waiter.visibilityMs);
      if (deliveries.length === 0) break;
      waiter.resolve(deliveries);
    }
  }

  /** All leave with nothing. */
  close(): void {
    for (const waiter of [...this.waiting]) waiter.resolve([]);
  }
}
