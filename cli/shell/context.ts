/** What every verb gets beside its own options. */
import type { SystemField, System } from "../../core/system";
import type { Clock } from "../../core/ports";
import type { Out } from "./out";

export interface Context<N extends SystemField = never> {
  readonly system: Pick<System, N>;
  readonly out: Out;
  readonly clock: Clock;
  readonly random: () => number;
  /** Aborted by Ctrl-C and SIGTERM: stop waiting, print what there is. */
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Asks a person; false without asking when nobody is there. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Whatever must be closed at the end. */
  readonly onEnd: (close: () => void | Promise<void>) => void;
}
