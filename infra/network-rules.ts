/** What must be true of the network so that workers reach S3, SQS, ECR and CloudWatch Logs. Pure: facts in, problems out. */
import { GATEWAY_SERVICES, INTERFACE_SERVICES, type WayOut } from "../core/routes";
import type { Settings } from "../core/settings";

export { GATEWAY_SERVICES, INTERFACE_SERVICES, type RouteFacts, type WayOut, wayOutOf } from "../core/routes";

export interface SubnetFacts {
  readonly subnetId: string;
  readonly wayOut: WayOut;
}

export interface NetworkFacts {
  readonly subnets: readonly SubnetFacts[];
  /** Short names of the services that have an endpoint in the VPC: "s3", "sqs", "ecr.api", ... */
  readonly endpoints: readonly string[];
  /** Those of the gateway services whose endpoint in the VPC has route tables and is not this stack's. */
  readonly foreignGateways?: readonly string[];
}

/** What can be told from the settings alone, as text. */
export function networkSettingProblems(raw: Readonly<Record<string, string>>): readonly string[] {
  return raw["assignPublicIp"] !== "false" || (raw["subnetIds"] ?? "") !== ""
    ? []
    : [
        "assignPublicIp is false without subnetIds; the public subnets that are taken otherwise are of no use then: give vpcId and subnetIds of private subnets",
      ];
}

export function networkProblems(
  settings: Settings,
  { subnets, endpoints, foreignGateways = [] }: NetworkFacts,
): readonly string[] {
  const noneFound =
    subnets.length === 0
      ? [`${settings.vpcId ?? "the default VPC"} has no public subnets; give vpcId and subnetIds`]
      : [];
  return [
    ...noneFound,
    ...subnets.flatMap((subnet) => subnetProblems(settings, subnet, endpoints)),
    ...(settings.vpcEndpoints === "existing" ? missing(GATEWAY_SERVICES, endpoints, "vpcEndpoints is existing") : []),
    ...(settings.vpcEndpoints === "create" && foreignGateways.length > 0
      ? [
          `vpcEndpoints is create, but the VPC has a gateway endpoint for ${foreignGateways.join(", ")} that is not this stack's, and a route table takes only one; set vpcEndpoints to ${missingGateways(endpoints).length === 0 ? "existing" : "none"}`,
        ]
      : []),
  ];
}

function subnetProblems(
  { assignPublicIp, vpcEndpoints }: Settings,
  { subnetId, wayOut }: SubnetFacts,
  endpoints: readonly string[],
): readonly string[] {
  if (wayOut === "unknown") return [];
  if (assignPublicIp) {
    return wayOut === "internet-gateway"
      ? []
      : [
          `${subnetId} has no route to an internet gateway, so a public address is of no use; set assignPublicIp to false, or give public subnets`,
        ];
  }
  if (wayOut === "internet-gateway") {
    return [
      `${subnetId} leads to an internet gateway, which takes nothing from tasks without a public address; set assignPublicIp to true, or give private subnets`,
    ];
  }
  if (wayOut === "nat") return [];
  const why = `${subnetId} has no way out of the VPC`;
  return [
    ...missing(INTERFACE_SERVICES, endpoints, why),
    ...(vpcEndpoints === "none" ? missing(GATEWAY_SERVICES, endpoints, why) : []),
  ];
}

function missingGateways(endpoints: readonly string[]): readonly string[] {
  return GATEWAY_SERVICES.filter((service) => !endpoints.includes(service));
}

function missing(services: readonly string[], endpoints: readonly string[], why: string): readonly string[] {
  const absent = services.filter((service) => !endpoints.includes(service));
  return absent.length === 0 ? [] : [`${why}, and the VPC has no endpoint for ${absent.join(", ")}`];
}
