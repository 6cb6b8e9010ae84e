/** The progress of a run: one display after the other. */
import type { Out } from "../shell/out";
import type { CompareDeps, Phase } from "./compare";

export interface Phases {
  readonly update: CompareDeps["progress"];
  readonly end: () => void;
}

export function makePhases(out: Pick<Out, "progress">): Phases {
  let phase: Phase | undefined;
  let shown: ReturnType<Out["progress"]> | undefined;
  const end = (): void => {
    shown?.end();
    phase = undefined;
  };
  return {
    update(next, done, total) {
      if (next !== phase) {
        end();
        phase = next;
        shown = out.progress(`${next}:`, total);
      }
      shown?.update(done);
    },
    end,
  };
}
