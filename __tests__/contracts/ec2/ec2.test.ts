/** What a reader of the network may rely on, fact by fact, with the page that says so ("API X": EC2 API Reference). */
import {
  DescribeInstancesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type Filter,
} from "@aws-sdk/client-ec2";
import { asOperator, refused, useCloud } from "../local-cloud";

describe("EC2 contract on the local cloud", () => {
  const cloud = useCloud();
  let client: EC2Client;
  const made = { vpc: "", other: "", subnets: [""], lonely: "", table: "", endpoint: "", group: "" };
  beforeAll(() => {
    client = new EC2Client(asOperator(cloud()));
    const { network } = cloud();
    made.vpc = network.createVpc({ cidrBlock: "10.1.0.0/16" });
    made.other = network.createVpc({ isDefault: true });
    made.subnets = ["a", "b"].map((zone) =>
      network.createSubnet({ vpcId: made.vpc, availabilityZone: `eu-north-1${zone}`, mapPublicIpOnLaunch: true }),
    );
    made.lonely = network.createSubnet({ vpcId: made.vpc });
    const routes = [{ destinationCidrBlock: "0.0.0.0/0", gatewayId: "igw-1" }];
    made.table = network.createRouteTable({ vpcId: made.vpc, subnetIds: made.subnets, routes });
    made.endpoint = network.createGatewayEndpoint({
      vpcId: made.vpc,
      service: "s3express",
      routeTableIds: [made.table],
    });
    made.group = network.createSecurityGroup({ vpcId: made.vpc, name: "worker" });
  });
  afterAll(() => client.destroy());
  const by = (Name: string, ...Values: string[]): { Filters: Filter[] } => ({ Filters: [{ Name, Values }] });
  const subnets = async (input: object) =>
    (await client.send(new DescribeSubnetsCommand(input))).Subnets!.map((subnet) => subnet.SubnetId);
  const tables = async (input: object) => (await client.send(new DescribeRouteTablesCommand(input))).RouteTables!;

  test("subnets by id, with VPC, zone and its id, and whether they give public addresses (API DescribeSubnets, Subnet)", async () => {
    const { Subnets } = await client.send(new DescribeSubnetsCommand({ SubnetIds: [made.subnets[1]!] }));
    expect(Subnets).toMatchObject([
      {
        SubnetId: made.subnets[1],
        VpcId: made.vpc,
        AvailabilityZone: "eu-north-1b",
        AvailabilityZoneId: "eun1-az2",
        MapPublicIpOnLaunch: true,
        State: "available",
      },
    ]);
  });

  test("filters: any of a filter's values, all filters, * as wildcard (API DescribeSubnets; User Guide, filtering)", async () => {
    expect(await subnets(by("vpc-id", made.vpc, "vpc-none"))).toEqual([...made.subnets, made.lonely]);
    expect(await subnets(by("availability-zone", "*-1b"))).toEqual([made.subnets[1]]);
    const both = [...by("vpc-id", made.vpc).Filters, ...by("availability-zone-id", "eun1-az1").Filters];
    expect(await subnets({ Filters: both })).toEqual([made.subnets[0], made.lonely]);
    expect(await subnets(by("vpc-id", made.other))).toEqual([]);
  });

  test("a subnet's own route table is found by association; one without any follows the VPC's main table (User Guide, route tables)", async () => {
    const [own, ...others] = await tables(by("association.subnet-id", made.subnets[0]!));
    expect(others).toEqual([]);
    expect(own).toMatchObject({ RouteTableId: made.table, VpcId: made.vpc });
    expect(own!.Associations!.map(({ SubnetId, Main }) => [SubnetId, Main])).toEqual(
      made.subnets.map((subnet) => [subnet, false]),
    );
    expect(await tables(by("association.subnet-id", made.lonely))).toEqual([]);
    const main = await tables({
      Filters: [...by("vpc-id", made.vpc).Filters, ...by("association.main", "true").Filters],
    });
    expect(main).toMatchObject([{ Routes: [{ DestinationCidrBlock: "10.1.0.0/16", GatewayId: "local" }] }]);
  });

  test("routes: local, the way out, and the gateway endpoint with its prefix list (User Guide, gateway endpoints)", async () => {
    const [table] = await tables({ RouteTableIds: [made.table] });
    expect(table!.Routes).toMatchObject([
      { DestinationCidrBlock: "10.1.0.0/16", GatewayId: "local", State: "active" },
      { DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-1" },
      { DestinationPrefixListId: expect.stringMatching(/^pl-[0-9a-f]{8}$/) as string, GatewayId: made.endpoint },
    ]);
  });

  test("endpoints by service and VPC, with their route tables (API DescribeVpcEndpoints)", async () => {
    const ServiceName = "com.amazonaws.eu-north-1.s3express";
    const found = await client.send(new DescribeVpcEndpointsCommand(by("service-name", ServiceName)));
    expect(found.VpcEndpoints).toMatchObject([
      {
        VpcEndpointId: made.endpoint,
        VpcId: made.vpc,
        ServiceName,
        VpcEndpointType: "Gateway",
        RouteTableIds: [made.table],
      },
    ]);
    const none = await client.send(new DescribeVpcEndpointsCommand(by("vpc-id", made.other)));
    expect(none.VpcEndpoints).toEqual([]);
  });

  test("VPCs and security groups; a VPC has a default group (API DescribeVpcs, DescribeSecurityGroups)", async () => {
    const { Vpcs } = await client.send(new DescribeVpcsCommand(by("is-default", "true")));
    expect(Vpcs).toMatchObject([{ VpcId: made.other, IsDefault: true, CidrBlock: "10.0.0.0/16" }]);
    const { SecurityGroups } = await client.send(new DescribeSecurityGroupsCommand(by("vpc-id", made.vpc)));
    expect(SecurityGroups!.map((group) => group.GroupName)).toEqual(["default", "worker"]);
    expect(SecurityGroups![1]).toMatchObject({
      GroupId: made.group,
      IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
    });
  });

  test("an id that does not exist is an error of its own for each kind (API Reference, error codes)", async () => {
    expect(await refused(subnets({ SubnetIds: ["subnet-none"] }))).toBe("InvalidSubnetID.NotFound");
    expect(await refused(tables({ RouteTableIds: ["rtb-none"] }))).toBe("InvalidRouteTableID.NotFound");
    const errors: [Promise<unknown>, string][] = [
      [client.send(new DescribeVpcsCommand({ VpcIds: ["vpc-none"] })), "InvalidVpcID.NotFound"],
      [
        client.send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: ["vpce-none"] })),
        "InvalidVpcEndpointId.NotFound",
      ],
      [client.send(new DescribeSecurityGroupsCommand({ GroupIds: ["sg-none"] })), "InvalidGroup.NotFound"],
    ];
    for (const [attempt, name] of errors) expect(await refused(attempt)).toBe(name);
  });

  test("pages of at least five (API DescribeSubnets, MaxResults)", async () => {
    const { network } = cloud();
    const vpcId = network.createVpc();
    const all = Array.from({ length: 7 }, () => network.createSubnet({ vpcId }));
    const page = (NextToken?: string) =>
      client.send(new DescribeSubnetsCommand({ ...by("vpc-id", vpcId), MaxResults: 5, NextToken }));
    const first = await page();
    const second = await page(first.NextToken);
    expect([first, second].map(({ Subnets }) => Subnets!.length)).toEqual([5, 2]);
    expect([...first.Subnets!, ...second.Subnets!].map((subnet) => subnet.SubnetId)).toEqual(all);
    expect(second.NextToken).toBeUndefined();
    expect(await refused(client.send(new DescribeSubnetsCommand({ MaxResults: 4 })))).toBe("InvalidParameterValue");
  });

  test("a filter or an operation that is not served is NotImplemented; a wrong key is AuthFailure (API Error codes); requests are logged", async () => {
    expect(await refused(subnets(by("tag:Name", "x")))).toBe("NotImplemented");
    expect(await refused(client.send(new DescribeInstancesCommand({})))).toBe("NotImplemented");
    const credentials = { accessKeyId: "AKIANOBODY", secretAccessKey: "x" };
    const nobody = new EC2Client({ ...asOperator(cloud()), credentials });
    expect(await refused(nobody.send(new DescribeVpcsCommand({})))).toBe("AuthFailure");
    nobody.destroy();
    await subnets({ SubnetIds: [made.lonely] });
    expect(cloud().log.entries({ service: "ec2", resource: made.lonely })).toMatchObject([
      { principal: "operator", operation: "DescribeSubnets", status: 200 },
    ]);
  });
});
