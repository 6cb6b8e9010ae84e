/** VPCs, subnets, route tables, gateway endpoints and security groups: made by the program that runs the cloud, read over the EC2 API. */
import { randomHex, type Random } from "../http/random";
import { zoneId } from "./zones";

export interface Vpc {
  readonly vpcId: string;
  readonly cidrBlock: string;
  readonly isDefault: boolean;
}

export interface Subnet {
  readonly subnetId: string;
  readonly vpcId: string;
  readonly cidrBlock: string;
  readonly availabilityZone: string;
  readonly availabilityZoneId: string;
  readonly mapPublicIpOnLaunch: boolean;
}

/** Exactly one destination and one target. */
export interface Route {
  readonly destinationCidrBlock?: string;
  readonly destinationPrefixListId?: string;
  /** "local", an internet gateway or a gateway endpoint. */
  readonly gatewayId?: string;
  readonly natGatewayId?: string;
}

export interface RouteTable {
  readonly routeTableId: string;
  readonly vpcId: string;
  readonly isMain: boolean;
  readonly subnetIds: readonly string[];
  readonly routes: readonly Route[];
}

export interface Endpoint {
  readonly vpcEndpointId: string;
  readonly vpcId: string;
  readonly serviceName: string;
  readonly routeTableIds: readonly string[];
}

export interface SecurityGroup {
  readonly groupId: string;
  readonly groupName: string;
  readonly vpcId: string;
  readonly description: string;
  /** Whether it lets everything out, as a new group does. */
  readonly allowsAllEgress: boolean;
}

export interface Network {
  /** With a main route table ("local" only) and a default security group, as in AWS. Answers the id. */
  createVpc(input?: { readonly cidrBlock?: string; readonly isDefault?: boolean }): string;
  /** Zone "a" of the Region unless given. */
  createSubnet(input: {
    readonly vpcId: string;
    readonly cidrBlock?: string;
    readonly availabilityZone?: string;
    readonly mapPublicIpOnLaunch?: boolean;
  }): string;
  /** Has the "local" route and these. Subnets that no table names follow the main table. */
  createRouteTable(input: {
    readonly vpcId: string;
    readonly subnetIds: readonly string[];
    readonly routes?: readonly Route[];
  }): string;
  /** Of the service "s3" or "s3express" or any full name. Each table gets its route to the service's prefix list. */
  createGatewayEndpoint(input: {
    readonly vpcId: string;
    readonly service: string;
    readonly routeTableIds: readonly string[];
  }): string;
  createSecurityGroup(input: {
    readonly vpcId: string;
    readonly name: string;
    readonly description?: string;
    readonly allowsAllEgress?: boolean;
  }): string;
}

/** What has been made, for the API. */
export class NetworkModel implements Network {
  readonly vpcs: Vpc[] = [];
  readonly subnets: Subnet[] = [];
  readonly endpoints: Endpoint[] = [];
  readonly securityGroups: SecurityGroup[] = [];
  private readonly tables: RouteTable[] = [];

  constructor(
    private readonly region: string,
    private readonly random: Random,
  ) {}

  /** With the routes of the gateway endpoints. */
  get routeTables(): RouteTable[] {
    return this.tables.map((table) => {
      const endpoints = this.endpoints.filter(({ routeTableIds }) => routeTableIds.includes(table.routeTableId));
      const routes = endpoints.map(({ serviceName, vpcEndpointId }) => ({
        destinationPrefixListId: prefixListId(serviceName),
        gatewayId: vpcEndpointId,
      }));
      return { ...table, routes: [...table.routes, ...routes] };
    });
  }

  createVpc({ cidrBlock = "10.0.0.0/16", isDefault = false }: Parameters<Network["createVpc"]>[0] = {}): string {
    const vpcId = this.id("vpc");
    this.vpcs.push({ vpcId, cidrBlock, isDefault });
    this.addTable(vpcId, true, [], []);
    this.createSecurityGroup({ vpcId, name: "default", description: "default VPC security group" });
    return vpcId;
  }

  createSubnet(input: Parameters<Network["createSubnet"]>[0]): string {
    const { vpcId, availabilityZone = `${this.region}a`, mapPublicIpOnLaunch = false } = input;
    const subnetId = this.id("subnet");
    this.vpc(vpcId);
    const cidrBlock = input.cidrBlock ?? `10.0.${this.subnets.length}.0/24`;
    const availabilityZoneId = zoneId(availabilityZone);
    this.subnets.push({ subnetId, vpcId, cidrBlock, availabilityZone, availabilityZoneId, mapPublicIpOnLaunch });
    return subnetId;
  }

  createRouteTable({ vpcId, subnetIds, routes = [] }: Parameters<Network["createRouteTable"]>[0]): string {
    return this.addTable(vpcId, false, subnetIds, routes);
  }

  createGatewayEndpoint({ vpcId, service, routeTableIds }: Parameters<Network["createGatewayEndpoint"]>[0]): string {
    const vpcEndpointId = this.id("vpce");
    this.vpc(vpcId);
    const serviceName = service.includes(".") ? service : `com.amazonaws.${this.region}.${service}`;
    this.endpoints.push({ vpcEndpointId, vpcId, serviceName, routeTableIds });
    return vpcEndpointId;
  }

  createSecurityGroup(input: Parameters<Network["createSecurityGroup"]>[0]): string {
    const { vpcId, name, description = name, allowsAllEgress = true } = input;
    const groupId = this.id("sg");
    this.vpc(vpcId);
    this.securityGroups.push({ groupId, groupName: name, vpcId, description, allowsAllEgress });
    return groupId;
  }

  private addTable(vpcId: string, isMain: boolean, subnetIds: readonly string[], routes: readonly Route[]): string {
    const routeTableId = this.id("rtb");
    const local = { destinationCidrBlock: this.vpc(vpcId).cidrBlock, gatewayId: "local" };
    this.tables.push({ routeTableId, vpcId, isMain, subnetIds, routes: [local, ...routes] });
    return routeTableId;
  }

  /** @throws Error */
  private vpc(vpcId: string): Vpc {
    const vpc = this.vpcs.find((one) => one.vpcId === vpcId);
    if (vpc === undefined) throw new Error(`There is no VPC ${vpcId} in this cloud.`);
    return vpc;
  }

  private id(kind: string): string {
    return `${kind}-${randomHex(this.random, 17)}`;
  }
}

/** The same for the same service. */
function prefixListId(serviceName: string): string {
  return `pl-${Buffer.from(serviceName).toString("hex").slice(-8)}`;
}
