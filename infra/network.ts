/** Where workers run: subnets, a security group that lets nothing in, and the gateway endpoints of both kinds of buckets. */
import { type Output, output, type Resource } from "@pulumi/pulumi";
import { DefaultVpc } from "@pulumi/awsx/ec2";
import { SecurityGroup, VpcEndpoint, getRouteTablesOutput } from "@pulumi/aws/ec2";
import { type Context, named, under } from "./context";

/** A VPC and its subnets, when the settings name one. */
export interface GivenNetwork {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
}

export interface Network {
  readonly subnetIds: Output<readonly string[]>;
  readonly securityGroup: SecurityGroup;
  readonly endpoints: readonly Resource[];
}

/** Both are needed: HEADs of the source go to one, writes to the zonal endpoint (User Guide, directory-bucket-az-networking). */
const GATEWAY_SERVICES = ["s3", "s3express"] as const;

/** @param given undefined: the default VPC with its public subnets */
export function createNetwork(context: Context, given: GivenNetwork | undefined): Network {
  const { vpcId, subnetIds } = given === undefined ? defaultNetwork(context) : known(given);
  return {
    subnetIds,
    securityGroup: createSecurityGroup(context, vpcId),
    endpoints: context.settings.vpcEndpoints === "create" ? createEndpoints(context, vpcId) : [],
  };
}

interface Place {
  readonly vpcId: Output<string>;
  readonly subnetIds: Output<readonly string[]>;
}

function defaultNetwork(context: Context): Place {
  const vpc = new DefaultVpc(named(context, "default-vpc"), {}, { parent: context.parent });
  return { vpcId: vpc.vpcId, subnetIds: vpc.publicSubnetIds };
}

function known(given: GivenNetwork): Place {
  return { vpcId: output(given.vpcId), subnetIds: output([...given.subnetIds]) };
}

function createSecurityGroup(context: Context, vpcId: Output<string>): SecurityGroup {
  const { settings, names } = context;
  return new SecurityGroup(
    named(context, "workers"),
    {
      name: names.securityGroup,
      description: "Workers of s3-express-sync: HTTPS out, nothing in.",
      vpcId,
      ingress: [],
      egress: [
        {
          description: "AWS APIs",
          protocol: "tcp",
          fromPort: 443,
          toPort: 443,
          cidrBlocks: ["0.0.0.0/0"],
          ipv6CidrBlocks: ["::/0"],
        },
      ],
      tags: { Name: names.securityGroup, ...settings.tags },
    },
    under(context),
  );
}

/** Free of charge; traffic to the buckets then needs neither NAT nor a public address. They join every route table of the VPC. */
function createEndpoints(context: Context, vpcId: Output<string>): readonly Resource[] {
  const { settings, place } = context;
  const routeTableIds = getRouteTablesOutput({ vpcId }, { parent: context.parent }).ids;
  return GATEWAY_SERVICES.map(
    (service) =>
      new VpcEndpoint(
        named(context, `endpoint-${service}`),
        {
          vpcId,
          serviceName: `com.amazonaws.${place.region}.${service}`,
          vpcEndpointType: "Gateway",
          routeTableIds,
          tags: { Name: `${settings.namePrefix}-${service}`, ...settings.tags },
        },
        under(context),
      ),
  );
}
