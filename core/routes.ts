/** What a subnet must lead to so that workers reach S3, SQS, ECR and CloudWatch Logs. Pure. */

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

/** Without a way out of the VPC these are needed. */
export const INTERFACE_SERVICES = ["sqs", "ecr.api", "ecr.dkr", "logs"] as const;
/** HEADs of the source go to one, writes to the zonal endpoint through the other (User Guide, directory-bucket-az-networking). */
export const GATEWAY_SERVICES = ["s3", "s3express"] as const;

/** Undefined routes: nothing is known, and nothing is claimed. */
export function wayOutOf(routes: readonly RouteFacts[] | undefined): WayOut {
  if (routes === undefined) return "unknown";
  const outward = routes.filter((route) => route.cidrBlock === "0.0.0.0/0" || route.ipv6CidrBlock === "::/0");
  if (outward.some((route) => route.gatewayId?.startsWith("igw-") === true)) return "internet-gateway";
  const leads = (route: RouteFacts): boolean =>
    [route.natGatewayId, route.transitGatewayId, route.networkInterfaceId, route.vpcPeeringConnectionId].some(Boolean);
  return outward.some(leads) ? "nat" : "none";
}
