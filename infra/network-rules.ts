/** What must be true of the network so that workers reach S3, SQS, ECR and CloudWatch Logs. Pure: facts in, problems out. */
import type { Settings } from "../core/settings";

/** One route of a route table, as far as it matters. */
export interface RouteFacts {
  readonly cidrBlock?: string | undefined;
  readonly ipv6CidrBlock?: string | undefined;
  readonly gatewayId?: string | undefined;
  readonly natGatewayId?: string | undefined;
  readonly transitGatewayId?: string | undefined;
  readonly networkInterfaceId?: string | undefined;
  readonly vpcPeeringConnectionId?: string | undefined;
}

/** Where a subnet sends what is not for its VPC. */
export type WayOut = "internet-gateway" | "nat" | "none" | "unknown";

export interface SubnetFacts {
  readonly subnetId: string;
  readonly wayOut: WayOut;
}

export interface NetworkFacts {
  readonly subnets: readonly SubnetFacts[];
  /** Short names of the services that have an endpoint in the VPC: "s3", "sqs", "ecr.api", ... */
  readonly endpoints: readonly string[];
}

/** Without a way out of the VPC these are needed. */
export const INTERFACE_SERVICES = ["sqs", "ecr.api", "ecr.dkr", "logs"] as const;
/** HEADs of the source go to one, writes to the zonal endpoint through the other (User Guide, directory-bucket-az-networking). */
export const GATEWAY_SERVICES = ["s3", "s3express"] as const;

/** What can be told from the settings alone, as text. */
export function networkSettingProblems(raw: Readonly<Record<string, string>>): readonly string[] {
  return raw["assignPublicIp"] !== "false" || (raw["subnetIds"] ?? "") !== ""
    ? []
    : [
        "assignPublicIp is false without subnetIds; the public subnets that are taken otherwise are of no use then: give vpcId and subnetIds of private subnets",
      ];
}

export function networkProblems(settings: Settings, { subnets, endpoints }: NetworkFacts): readonly string[] {
  const noneFound =
    subnets.length === 0
      ? [`${settings.vpcId ?? "the default VPC"} has no public subnets; give vpcId and subnetIds`]
      : [];
  return [
    ...noneFound,
    ...subnets.flatMap((subnet) => subnetProblems(settings, subnet, endpoints)),
    ...(settings.vpcEndpoints === "existing" ? missing(GATEWAY_SERVICES, endpoints, "vpcEndpoints is existing") : []),
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

function missing(services: readonly string[], endpoints: readonly string[], why: string): readonly string[] {
  const absent = services.filter((service) => !endpoints.includes(service));
  return absent.length === 0 ? [] : [`${why}, and the VPC has no endpoint for ${absent.join(", ")}`];
}

/** Undefined routes: nothing is known, and nothing is claimed. */
export function wayOutOf(routes: readonly RouteFacts[] | undefined): WayOut {
  if (routes === undefined) return "unknown";
  const outward = routes.filter((route) => route.cidrBlock === "0.0.0.0/0" || route.ipv6CidrBlock === "::/0");
  if (outward.some((route) => route.gatewayId?.startsWith("igw-") === true)) return "internet-gateway";
  const leads = (route: RouteFacts): boolean =>
    [route.natGatewayId, route.transitGatewayId, route.networkInterfaceId, route.vpcPeeringConnectionId].some(Boolean);
  return outward.some(leads) ? "nat" : "none";
}
