/** The network around the workers: where their subnets lead, and which endpoints they pass on the way. */
import {
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  type EC2Client,
  type Route,
  type RouteTable,
  type VpcEndpoint,
} from "@aws-sdk/client-ec2";
import type { RouteFacts } from "../../core/routes";

export interface SubnetRoutes {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly zone: string;
  /** Of the table that is in force for it: its own, or the VPC's main one. Undefined when none was found. */
  readonly routes: readonly RouteFacts[] | undefined;
  /** Short names of the gateway endpoints this table leads to: "s3", "s3express". */
  readonly gateways: readonly string[];
  /** Short names of the services with an interface endpoint in the VPC: "sqs", "ecr.api", ... */
  readonly interfaces: readonly string[];
}

/** @throws the SDK's InvalidSubnetID.NotFound when one does not exist */
export async function readSubnetRoutes(
  ec2: EC2Client,
  subnetIds: readonly string[],
  signal: AbortSignal,
): Promise<readonly SubnetRoutes[]> {
  const options = { abortSignal: signal };
  const { Subnets: subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...subnetIds] }), options);
  const vpcs = [...new Set(subnets.map(({ VpcId }) => VpcId ?? ""))];
  const inVpcs = [{ Name: "vpc-id", Values: vpcs }];
  const tables = await all(async (token) => {
    const page = await ec2.send(new DescribeRouteTablesCommand({ Filters: inVpcs, ...token }), options);
    return [page.RouteTables ?? [], page.NextToken];
  });
  const endpoints = await all(async (token) => {
    const page = await ec2.send(new DescribeVpcEndpointsCommand({ Filters: inVpcs, ...token }), options);
    return [page.VpcEndpoints ?? [], page.NextToken];
  });
  return subnets.map(({ SubnetId: subnetId = "", VpcId: vpcId = "", AvailabilityZoneId: zone = "" }) => {
    const table = tableOf(tables, subnetId, vpcId);
    const usable = endpoints.filter((one) => one.VpcId === vpcId && one.State?.toLowerCase() === "available");
    const leadsTo = (one: VpcEndpoint): boolean => one.RouteTableIds?.includes(table?.RouteTableId ?? "-") === true;
    return {
      subnetId,
      vpcId,
      zone,
      routes: table?.Routes?.map(routeFacts),
      gateways: usable.filter((one) => one.VpcEndpointType === "Gateway" && leadsTo(one)).map(serviceOf),
      interfaces: usable.filter((one) => one.VpcEndpointType === "Interface").map(serviceOf),
    };
  });
}

async function all<T>(
  page: (token: { NextToken?: string }) => Promise<readonly [readonly T[], string | undefined]>,
): Promise<readonly T[]> {
  const found: T[] = [];
  let token: string | undefined;
  do {
    const [items, next] = await page(token === undefined ? {} : { NextToken: token });
    found.push(...items);
    token = next;
  } while (token !== undefined && token !== "");
  return found;
}

/** A subnet without a table of its own follows the VPC's main one (VPC guide, route tables). */
function tableOf(tables: readonly RouteTable[], subnetId: string, vpcId: string): RouteTable | undefined {
  const own = tables.find(({ Associations = [] }) => Associations.some((one) => one.SubnetId === subnetId));
  return own ?? tables.find((one) => one.VpcId === vpcId && one.Associations?.some(({ Main }) => Main === true));
}

function routeFacts(route: Route): RouteFacts {
  return {
    cidrBlock: route.DestinationCidrBlock,
    ipv6CidrBlock: route.DestinationIpv6CidrBlock,
    gatewayId: route.GatewayId,
    natGatewayId: route.NatGatewayId,
    transitGatewayId: route.TransitGatewayId,
    networkInterfaceId: route.NetworkInterfaceId,
    vpcPeeringConnectionId: route.VpcPeeringConnectionId,
  };
}

/** "com.amazonaws.eu-north-1.ecr.api" -> "ecr.api". */
function serviceOf({ ServiceName: name = "" }: VpcEndpoint): string {
  return name.replace(/^(?:cn\.)?com\.amazonaws\.[^.]+\./, "");
}
