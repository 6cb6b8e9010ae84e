/**
 * Calls between a simulated process and the services: sent, started, landed, answered, each an instant of its own that
 * others can watch. A call whose client is gone (killed, or no longer waiting) may land all the same.
 */
import { isSyncError, type SyncError, syncError } from "../../core/errors";
import type { Landing } from "./destination";
import type { History } from "./history";
import { type CallPlan, type CallShape, type NemesisSettings, planCall } from "./nemesis";
import type { SimProcess } from "./process";
import type { Random } from "./random";
import type { Scheduler } from "./scheduler";
import type { CancelSignal } from "../../core/ports";

export type Phase = "sent" | "started" | "landed" | "answered";

export interface CallMoment {
  readonly process: SimProcess;
  /** Counts the process's calls from 1. */
  readonly ordinal: number;
  /** The same among its calls of this operation. */
  readonly ordinalOfOperation: number;
  readonly operation: string;
  readonly phase: Phase;
  readonly keys: readonly string[];
}

export interface CallSpec<T> extends CallShape {
  readonly process: SimProcess;
  readonly operation: string;
  readonly keys: readonly string[];
  readonly detail: string;
  readonly signal: CancelSignal;
  /** At the server: throws what it refuses. */
  readonly start: () => Landing<T>;
  /** For the history. */
  readonly show?: (value: T) => string;
}

export type Result<T> = { readonly value: T } | { readonly error: SyncError };

export class Network {
  private readonly watchers: ((moment: CallMoment) => void)[] = [];
  private readonly faults = new Map<string, number>();
  private readonly ordinals = new Map<string, number>();
  /** Faults by kind: error codes, "slow". */
  readonly injected = new Map<string, number>();

  constructor(
    readonly scheduler: Scheduler,
    readonly history: History,
    readonly settings: NemesisSettings,
    private readonly random: Random,
    /** A request that no state of the world makes right. */
    private readonly onMalformed: (process: SimProcess, operation: string, keys: readonly string[]) => void,
  ) {}

  watch(watcher: (moment: CallMoment) => void): void {
    this.watchers.push(watcher);
  }

  /** How the next call goes; faults are counted per key, and under "" where no key is named. */
  plan(shape: CallShape, process: SimProcess, operation: string, keys: readonly string[]): CallPlan {
    const plan = planCall(this.settings, shape, this.scheduler.now, this.luck(process, operation, keys));
    if (plan.isFault) process.lastFaultAtMs = this.scheduler.now;
    if (plan.isFault) this.countFault(keys, plan.error?.code ?? "slow");
    return plan;
  }

  countFault(keys: readonly string[], kind: string): void {
    this.note(kind);
    for (const key of keys.length === 0 ? [""] : keys) this.faults.set(key, (this.faults.get(key) ?? 0) + 1);
  }

  note(kind: string): void {
    this.injected.set(kind, (this.injected.get(kind) ?? 0) + 1);
  }

  faultsOf(key: string): number {
    return (this.faults.get(key) ?? 0) + (this.faults.get("") ?? 0);
  }

  /** Luck of the next call of this kind by this process, whatever else happened in between. */
  luck(process: SimProcess, operation: string, keys: readonly string[]): Random {
    const name = `${process.id} ${operation} ${keys.join(",")}`;
    const ordinal = (this.ordinals.get(name) ?? 0) + 1;
    this.ordinals.set(name, ordinal);
    return this.random.stream(`${name} ${String(ordinal)}`);
  }

  call<T>(spec: CallSpec<T>): Promise<T> {
    const { process, operation, keys } = spec;
    if (!process.isRunning()) return silence();
    const plan = this.plan(spec, process, operation, keys);
    const exchange = new Exchange<T>(this, spec);
    if (!exchange.open) return exchange.promise;
    const lost = plan.error;
    let result: Result<T> | undefined = undefined;
    let landing: Landing<T> | undefined;
    const gone = (): boolean => !(exchange.open && process.isRunning()) && lost === undefined && !plan.outlivesClient;
    if (plan.lands) {
      this.scheduler.after(plan.startMs, () => {
        if (gone()) return;
        try {
          landing = spec.start();
          exchange.moment("started");
        } catch (error) {
          result = { error: refused(error) };
          if (result.error.code === "InvalidRequest") this.onMalformed(process, operation, keys);
          this.history.add(process.id, `${operation} refused`, keys, result.error.code);
        }
      });
      this.scheduler.after(plan.landMs + 0.5, () => {
        if (landing === undefined || gone()) return;
        try {
          result = { value: landing() };
          exchange.moment("landed", spec.show?.(result.value));
        } catch (error) {
          result = { error: refused(error) };
        }
      });
    }
    this.scheduler.after(plan.answerMs + 1, () => {
      if (lost !== undefined) result = { error: syncError({ ...lost, operation, message: "simulated" }) };
      if (result !== undefined) exchange.settle(result);
    });
    return exchange.promise;
  }

  /** @internal */
  tell(moment: CallMoment): void {
    for (const watcher of this.watchers) watcher(moment);
  }
}

/** The client's side of one call: settles once, not while frozen, never for a process that is gone. */
export class Exchange<T> {
  open = true;
  readonly promise: Promise<T>;
  private readonly ordinal: number;
  private readonly ordinalOfOperation: number;
  private resolve: (value: T) => void = () => undefined;
  private reject: (error: SyncError) => void = () => undefined;
  private readonly came: () => void;

  constructor(
    private readonly network: Network,
    private readonly spec: Pick<
      CallSpec<T>,
      "process" | "operation" | "keys" | "detail" | "signal" | "isWrite" | "show"
    >,
  ) {
    const { process, operation, keys, detail, signal } = spec;
    this.ordinal = ++process.calls;
    this.ordinalOfOperation = process.countCall(operation);
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.came = network.scheduler.waits(process.id, `${operation} ${keys.join(",")} ${detail}`.trim());
    if (signal.aborted) {
      this.close({ error: this.aborted("none") });
      return;
    }
    signal.addEventListener("abort", this.abandon, { once: true });
    this.moment("sent", detail);
  }

  moment(phase: Phase, detail = ""): void {
    const { process, operation, keys } = this.spec;
    this.network.history.add(process.id, `${operation} ${phase}`, keys, detail);
    const { ordinal, ordinalOfOperation } = this;
    this.network.tell({ process, ordinal, ordinalOfOperation, operation, phase, keys });
  }

  settle(result: Result<T>): void {
    const { process } = this.spec;
    const { scheduler } = this.network;
    if (!this.open) return;
    if (!process.isRunning()) {
      this.detach();
      return;
    }
    if (process.frozenUntilMs > scheduler.now) {
      scheduler.after(process.frozenUntilMs - scheduler.now, () => this.settle(result));
      return;
    }
    const shown =
      "error" in result ? `${result.error.code} (effect ${result.error.effect})` : this.spec.show?.(result.value);
    this.moment("answered", shown ?? "ok");
    if (process.isRunning()) this.close(result);
  }

  private readonly abandon = (): void => {
    if (!this.open || !this.spec.process.isRunning()) return;
    this.network.history.add(this.spec.process.id, `${this.spec.operation} given up`, this.spec.keys);
    this.close({ error: this.aborted(this.spec.isWrite ? "unknown" : "none") });
  };

  private close(result: Result<T>): void {
    this.detach();
    this.network.scheduler.wake(() => {
      if ("error" in result) this.reject(result.error);
      else this.resolve(result.value);
    });
  }

  private detach(): void {
    this.open = false;
    this.came();
    this.spec.signal.removeEventListener("abort", this.abandon);
  }

  private aborted(effect: "none" | "unknown"): SyncError {
    return syncError({ code: "Aborted", operation: this.spec.operation, effect, message: "signal aborted" });
  }
}

/** What a process that is gone waits for. */
export function silence<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}

/** Only what the simulated services refuse on purpose may pass; anything else is a mistake in the simulation. */
function refused(error: unknown): SyncError {
  if (isSyncError(error)) return error;
  throw error;
}
