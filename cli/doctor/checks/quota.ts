/** Fargate's quotas of vCPU at once, against what all workers together need. */
import type { StarterConfig } from "../../../core/config";
import { type Check, type Finding, orOk, problem, warning } from "../check";

export const quotaCheck: Check = {
  id: "quota",
  title: "quota of Fargate vCPU",
  run: async (facts) => {
    const [starter, { cpu }] = await Promise.all([facts.starter(), facts.task()]);
    if (!starter.ok) return [{ verdict: "unknown", finding: "the starter's settings are incomplete: see starter" }];
    const [spot, onDemand] = await Promise.all([facts.quota("FARGATE_SPOT"), facts.quota("FARGATE")]);
    return judgeQuota(starter.config, cpu / 1024, { spot, onDemand });
  },
};

export interface FargateQuotas {
  readonly spot: number | undefined;
  readonly onDemand: number | undefined;
}

/** @param vcpu of one worker */
export function judgeQuota(
  { maxWorkers, spotWeight, onDemandWeight }: Pick<StarterConfig, "maxWorkers" | "spotWeight" | "onDemandWeight">,
  vcpu: number,
  { spot, onDemand }: FargateQuotas,
): readonly Finding[] {
  const all = maxWorkers * vcpu;
  const share = (weight: number): number => Math.ceil((maxWorkers * weight) / (spotWeight + onDemandWeight)) * vcpu;
  const spotNeeded = share(spotWeight);
  const raise = (kind: string, needed: number): string =>
    `Ask for at least ${needed} under Service Quotas, AWS Fargate, "Fargate ${kind} vCPU resource count", or lower maxWorkers.`;
  const findings: Finding[] = [];
  if (spotWeight > 0 && spot !== undefined && spot < spotNeeded) {
    findings.push(
      problem(`${maxWorkers} workers need ${spotNeeded} vCPU of Spot, the quota is ${spot}`, raise("Spot", spotNeeded)),
    );
  }
  if (onDemandWeight > 0 && onDemand !== undefined && onDemand < share(onDemandWeight)) {
    findings.push(
      problem(
        `${maxWorkers} workers need ${share(onDemandWeight)} vCPU On-Demand, the quota is ${onDemand}`,
        raise("On-Demand", share(onDemandWeight)),
      ),
    );
  } else if (spotWeight > 0 && onDemandWeight > 0 && onDemand !== undefined && onDemand < all) {
    findings.push(
      warning(
        `while Spot is short all ${maxWorkers} workers would be On-Demand: ${all} vCPU, the quota is ${onDemand}`,
        raise("On-Demand", all),
      ),
    );
  }
  return orOk(findings, `${maxWorkers} workers need ${all} vCPU; Spot ${spot ?? "?"}, On-Demand ${onDemand ?? "?"}`);
}
