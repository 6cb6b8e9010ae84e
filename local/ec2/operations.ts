/** DescribeVpcs, DescribeSubnets, DescribeRouteTables, DescribeVpcEndpoints, DescribeSecurityGroups. Source: EC2 API Reference. */
import type { XmlStructure } from "../http/query-service";
import type { Endpoint, NetworkModel, RouteTable, SecurityGroup, Subnet, Vpc } from "./network";
import { describe } from "./select";

export interface Ec2State {
  readonly network: NetworkModel;
  readonly accountId: string;
}

export const OPERATIONS: Readonly<Record<string, (form: URLSearchParams, state: Ec2State) => XmlStructure>> = {
  DescribeVpcs: (form, { network, accountId }) =>
    describe<Vpc>(form, {
      from: network.vpcs,
      idParameter: "VpcId",
      notFound: "InvalidVpcID.NotFound",
      idOf: (vpc) => vpc.vpcId,
      filters: {
        "vpc-id": (vpc) => [vpc.vpcId],
        "is-default": (vpc) => [String(vpc.isDefault)],
        state: () => ["available"],
        cidr: (vpc) => [vpc.cidrBlock],
      },
      element: "vpcSet",
      show: (vpc) => ({ ...vpc, ownerId: accountId, state: "available", instanceTenancy: "default", tagSet: [] }),
    }),
  DescribeSubnets: (form, { network, accountId }) =>
    describe<Subnet>(form, {
      from: network.subnets,
      idParameter: "SubnetId",
      notFound: "InvalidSubnetID.NotFound",
      idOf: (subnet) => subnet.subnetId,
      filters: {
        "subnet-id": (subnet) => [subnet.subnetId],
        "vpc-id": (subnet) => [subnet.vpcId],
        "availability-zone": (subnet) => [subnet.availabilityZone],
        "availability-zone-id": (subnet) => [subnet.availabilityZoneId],
        state: () => ["available"],
      },
      element: "subnetSet",
      show: (subnet) => ({
        ...subnet,
        ownerId: accountId,
        state: "available",
        availableIpAddressCount: 251,
        tagSet: [],
      }),
    }),
  DescribeRouteTables: (form, { network, accountId }) =>
    describe<RouteTable>(form, {
      from: network.routeTables,
      idParameter: "RouteTableId",
      notFound: "InvalidRouteTableID.NotFound",
      idOf: (table) => table.routeTableId,
      filters: {
        "route-table-id": (table) => [table.routeTableId],
        "vpc-id": (table) => [table.vpcId],
        "association.subnet-id": (table) => table.subnetIds,
        "association.main": (table) => [String(table.isMain)],
      },
      element: "routeTableSet",
      show: (table) => shownTable(table, accountId),
    }),
  DescribeVpcEndpoints: (form, { network, accountId }) =>
    describe<Endpoint>(form, {
      from: network.endpoints,
      idParameter: "VpcEndpointId",
      notFound: "InvalidVpcEndpointId.NotFound",
      idOf: (endpoint) => endpoint.vpcEndpointId,
      filters: {
        "vpc-endpoint-id": (endpoint) => [endpoint.vpcEndpointId],
        "vpc-id": (endpoint) => [endpoint.vpcId],
        "service-name": (endpoint) => [endpoint.serviceName],
        "vpc-endpoint-type": () => ["Gateway"],
        "vpc-endpoint-state": () => ["available"],
      },
      element: "vpcEndpointSet",
      show: ({ routeTableIds, ...endpoint }) => ({
        ...endpoint,
        vpcEndpointType: "Gateway",
        state: "available",
        ownerId: accountId,
        routeTableIdSet: routeTableIds,
      }),
    }),
  DescribeSecurityGroups: (form, { network, accountId }) =>
    describe<SecurityGroup>(form, {
      from: network.securityGroups,
      idParameter: "GroupId",
      notFound: "InvalidGroup.NotFound",
      idOf: (group) => group.groupId,
      filters: {
        "group-id": (group) => [group.groupId],
        "group-name": (group) => [group.groupName],
        "vpc-id": (group) => [group.vpcId],
      },
      element: "securityGroupInfo",
      show: (group) => shownGroup(group, accountId),
    }),
};

function shownTable({ routeTableId, vpcId, isMain, subnetIds, routes }: RouteTable, ownerId: string): XmlStructure {
  const association = (subnetId: string | undefined) => ({
    routeTableAssociationId: `rtbassoc-${(subnetId ?? routeTableId).replace(/^\w+-/, "")}`,
    routeTableId,
    subnetId,
    main: subnetId === undefined,
    associationState: { state: "associated" },
  });
  return {
    routeTableId,
    vpcId,
    ownerId,
    routeSet: routes.map((route) => ({
      ...route,
      state: "active",
      origin: route.gatewayId === "local" ? "CreateRouteTable" : "CreateRoute",
    })),
    associationSet: [...(isMain ? [association(undefined)] : []), ...subnetIds.map(association)],
    tagSet: [],
  };
}

function shownGroup(group: SecurityGroup, ownerId: string): XmlStructure {
  const { groupId, groupName, vpcId, description, allowsAllEgress } = group;
  const everything = { ipProtocol: "-1", ipRanges: [{ cidrIp: "0.0.0.0/0" }], groups: [], prefixListIds: [] };
  return {
    groupId,
    groupName,
    groupDescription: description,
    vpcId,
    ownerId,
    ipPermissions: [],
    ipPermissionsEgress: allowsAllEgress ? [everything] : [],
    tagSet: [],
  };
}
