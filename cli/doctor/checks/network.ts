/** The subnets workers run in: a way to SQS, ECR and logs, and gateway endpoints for both kinds of buckets. */
import { GATEWAY_SERVICES, INTERFACE_SERVICES, wayOutOf } from "../../../core/routes";
import type { SubnetRoutes } from "../../../aws/operator/network";
import { type Check, type Finding, ok, orOk, problem, warning } from "../check";
import type { Facts } from "../facts";

export const subnetsCheck: Check = {
  id: "subnets",
  title: "subnets with a way out",
  run: async (facts) => {
    const placed = await placement(facts);
    return "subnets" in placed ? judgeSubnets(placed.subnets, placed.assignPublicIp) : placed.findings;
  },
};

export const endpointsCheck: Check = {
  id: "endpoints",
  title: "gateway endpoints s3 and s3express",
  run: async (facts) => {
    const placed = await placement(facts);
    return "subnets" in placed ? judgeEndpoints(placed.subnets, placed.assignPublicIp) : placed.findings;
  },
};

type Placement =
  | { readonly subnets: readonly SubnetRoutes[]; readonly assignPublicIp: boolean }
  | { readonly findings: readonly Finding[] };

async function placement(facts: Facts): Promise<Placement> {
  const starter = await facts.starter();
  if (!starter.ok)
    return { findings: [{ verdict: "unknown", finding: "the starter's settings are incomplete: see starter" }] };
  const { subnets, assignPublicIp } = starter.config;
  try {
    return { subnets: await facts.subnets(subnets), assignPublicIp };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "InvalidSubnetID.NotFound") throw error;
    const fix = "Set subnetIds to subnets that exist and run `pulumi up`.";
    return { findings: [problem(error.message, fix)] };
  }
}

export function judgeSubnets(subnets: readonly SubnetRoutes[], assignPublicIp: boolean): readonly Finding[] {
  const findings = subnets.flatMap((subnet) => subnetFinding(subnet, assignPublicIp));
  const zones = new Set(subnets.map(({ zone }) => zone));
  if (findings.length === 0 && zones.size === 1 && subnets.length > 0) {
    return [
      warning(
        `all workers run in one zone, ${[...zones].join()}`,
        "Give subnetIds of several zones: Spot capacity runs out by zone, and copies do not pass through the worker.",
      ),
    ];
  }
  return orOk(
    findings,
    `${subnets.length} in ${zones.size} zones lead out${assignPublicIp ? ", with public addresses" : ""}`,
  );
}

function subnetFinding(subnet: SubnetRoutes, assignPublicIp: boolean): readonly Finding[] {
  const { subnetId, interfaces } = subnet;
  const wayOut = wayOutOf(subnet.routes);
  if (wayOut === "unknown") return [{ verdict: "unknown", finding: `${subnetId} has no route table that is shown` }];
  if (assignPublicIp) {
    if (wayOut === "internet-gateway") return [];
    return [
      problem(
        `${subnetId} has no route to an internet gateway, so a public address is of no use`,
        "Set assignPublicIp to false, or subnetIds to public subnets.",
      ),
    ];
  }
  if (wayOut === "internet-gateway") {
    return [
      problem(
        `${subnetId} leads to an internet gateway, which takes nothing from tasks without a public address`,
        "Set assignPublicIp to true, or subnetIds to private subnets.",
      ),
    ];
  }
  const missing = INTERFACE_SERVICES.filter((service) => !interfaces.includes(service));
  if (wayOut === "nat" || missing.length === 0) return [];
  return [
    problem(
      `${subnetId} has no way out of the VPC, and no interface endpoint for ${missing.join(", ")}`,
      "Give it a route to a NAT gateway, or make these interface endpoints.",
    ),
  ];
}

/** Without them traffic takes the way out, where there is one: it works, and may cost NAT by the GB. */
export function judgeEndpoints(subnets: readonly SubnetRoutes[], assignPublicIp: boolean): readonly Finding[] {
  const findings = GATEWAY_SERVICES.flatMap((service): readonly Finding[] => {
    const without = subnets.filter(({ gateways }) => !gateways.includes(service));
    if (without.length === 0) return [];
    const where = without.map(({ subnetId }) => subnetId).join(", ");
    const finding = `${where}: no gateway endpoint for ${service}`;
    const fix = `Set vpcEndpoints to create, or add com.amazonaws.REGION.${service} to the subnets' route table: it is free.`;
    const stranded = without.some(({ routes }) => wayOutOf(routes) === "none" && !assignPublicIp);
    return [stranded ? problem(`${finding}, and no other way to it`, fix) : warning(finding, fix)];
  });
  return findings.length > 0 ? findings : [ok("both, in the route tables of all subnets")];
}
