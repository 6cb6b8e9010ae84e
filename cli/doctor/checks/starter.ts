/** The starter: configured, about this system, and invoked. */
import type { StarterConfig } from "../../../core/config";
import type { System } from "../../../core/system";
import type { Parsed } from "../../../core/variables";
import { type Check, type Finding, ok, orOk, problem, warning } from "../check";
import type { Facts } from "../facts";

export const starterCheck: Check = {
  id: "starter",
  title: "starter's settings",
  gone: ["ResourceNotFoundException"],
  run: async (facts) => judgeStarter(await facts.starter(), facts.system),
};

export function judgeStarter(starter: Parsed<StarterConfig>, system: System): readonly Finding[] {
  if (!starter.ok) {
    return starter.problems.map((text) =>
      problem(text, `Run \`pulumi up\`: it writes the environment of ${system.starter}.`),
    );
  }
  const { config } = starter;
  const fix = "Run `pulumi up`, or give the right --stack: starter and command line mean two systems.";
  const differs = (what: string, its: string, ours: string): readonly Finding[] =>
    its === ours ? [] : [problem(`it starts workers for another ${what}: ${its}, not ${ours}`, fix)];
  const lastPart = (name: string): string => name.slice(name.lastIndexOf("/") + 1);
  return orOk(
    [
      ...differs("queue", config.queueUrl, system.queueUrl),
      ...differs("cluster", lastPart(config.cluster), lastPart(system.cluster)),
      ...differs("task family", config.taskFamily, system.taskFamily),
      ...(config.maxWorkers === 0
        ? [warning("maxWorkers is 0: no workers are launched", "`scale N` or `pulumi config set maxWorkers N`.")]
        : []),
    ],
    `at most ${config.maxWorkers} workers, Spot ${config.spotWeight} : On-Demand ${config.onDemandWeight}`,
  );
}

export const scheduleCheck: Check = {
  id: "schedule",
  title: "schedule of the starter",
  gone: ["ResourceNotFoundException"],
  run: async (facts) => judgeSchedule(await facts.rule(), facts.system),
};

export type Rule = Awaited<ReturnType<Facts["rule"]>>;

export function judgeSchedule(rule: Rule, system: System): readonly Finding[] {
  const { enabled, expression, targets } = rule;
  if (!invokes(rule, system)) {
    return [
      problem(
        `${system.starterRule} does not invoke ${system.starter}${targets.length === 0 ? "" : `, but ${targets.join(", ")}`}`,
        "Run `pulumi up`: nobody starts workers otherwise.",
      ),
    ];
  }
  if (!enabled) {
    return [warning(`${system.starterRule} is disabled: the system is paused`, "`resume` when it shall go on.")];
  }
  return [ok(`${expression} invokes ${system.starter}`)];
}

/** Whether the rule is about this starter, be it on or off. */
export function invokes({ targets }: Pick<Rule, "targets">, { starter }: Pick<System, "starter">): boolean {
  return targets.some((arn) => arn.split(":function:")[1]?.split(":")[0] === starter);
}
