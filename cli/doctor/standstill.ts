/** Whether anything could start the worker that takes a probe. Where nothing can, it would only wait for its time to run out. */
import type { StarterConfig } from "../../core/config";
import type { System } from "../../core/system";
import type { Parsed } from "../../core/variables";
import { invokes, type Rule } from "./checks/starter";
import type { Facts } from "./facts";

export interface Obstacle {
  readonly why: string;
  readonly advice: string;
}

/** Undefined is what could not be looked at: it is in nobody's way. */
export interface Standing {
  readonly rule: Rule | undefined;
  readonly starter: Parsed<StarterConfig> | undefined;
  readonly workers: number | undefined;
}

/** Of facts that the checks have read just before; only the workers are new. Never rejects. */
export async function readStanding(facts: Pick<Facts, "rule" | "starter" | "workers">): Promise<Standing> {
  const orUnknown = <T>(reading: Promise<T>): Promise<T | undefined> => reading.catch(() => undefined);
  const [rule, starter, workers] = await Promise.all([
    orUnknown(facts.rule()),
    orUnknown(facts.starter()),
    orUnknown(facts.workers()),
  ]);
  return { rule, starter, workers };
}

/**
 * Why no worker can come; empty: one runs, or may be started. Pure. What `work` runs elsewhere nobody can see: the way past this is
 * --force.
 * @param trigger the starter is run by hand: nobody waits for its schedule
 */
export function obstaclesTo(
  { rule, starter, workers }: Standing,
  system: Pick<System, "starter" | "starterRule">,
  trigger: boolean,
): readonly Obstacle[] {
  if (workers !== 0) return [];
  return [...ofStarter(starter, system), ...(trigger ? [] : ofRule(rule, system))];
}

function ofStarter(starter: Standing["starter"], system: Pick<System, "starter">): readonly Obstacle[] {
  if (starter?.ok === false) {
    return [{ why: `${system.starter} lacks settings, so it launches nobody`, advice: "See starter above." }];
  }
  if (starter?.config.maxWorkers !== 0) return [];
  return [
    {
      why: "the most workers allowed is 0",
      advice: "`scale N` allows some; --trigger would launch none either.",
    },
  ];
}

function ofRule(rule: Rule | undefined, system: Pick<System, "starter" | "starterRule">): readonly Obstacle[] {
  if (rule === undefined) return [];
  if (!invokes(rule, system)) {
    return [
      {
        why: `${system.starterRule} does not invoke ${system.starter}`,
        advice: "See schedule above; --trigger runs the starter without it.",
      },
    ];
  }
  if (rule.enabled) return [];
  return [
    {
      why: `the system is paused: ${system.starterRule} is disabled`,
      advice: "`resume` ends that; --trigger runs the starter all the same.",
    },
  ];
}
