/** Where workers run: a security group that lets nothing in, and the gateway endpoints of both kinds of buckets. */
import { getProject, getStack, type Resource } from "@pulumi/pulumi";
import { SecurityGroup, VpcEndpoint } from "@pulumi/aws/ec2";
import { type Context, named, under } from "./context";
import { GATEWAY_SERVICES } from "./network-rules";

/** What there is, as infra/surroundings.ts found it. */
export interface GivenNetwork {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  /** All of the VPC. */
  readonly routeTableIds: readonly string[];
}

export interface Network {
  readonly securityGroup: SecurityGroup;
  readonly endpoints: readonly Resource[];
}

export function createNetwork(context: Context, given: GivenNetwork): Network {
  return {
    securityGroup: createSecurityGroup(context, given.vpcId),
    endpoints: context.settings.vpcEndpoints === "create" ? createEndpoints(context, given) : [],
  };
}

function createSecurityGroup(context: Context, vpcId: string): SecurityGroup {
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

/** Tells this stack's endpoints from another's in the same VPC, under whatever names. */
const OWNER_TAG = "s3-express-sync:stack";

function ownerTag(): Readonly<Record<string, string>> {
  return { [OWNER_TAG]: `${getProject()}/${getStack()}` };
}

/** Whether an endpoint that was found is the one that {@link createNetwork} made. */
export function isOwnEndpoint(tags: Readonly<Record<string, string>>): boolean {
  return tags[OWNER_TAG] === ownerTag()[OWNER_TAG];
}

/** Free of charge; traffic to the buckets then needs neither NAT nor a public address. They join every route table of the VPC. */
function createEndpoints(context: Context, { vpcId, routeTableIds }: GivenNetwork): readonly Resource[] {
  const { settings, place } = context;
  return GATEWAY_SERVICES.map(
    (service) =>
      new VpcEndpoint(
        named(context, `endpoint-${service}`),
        {
          vpcId,
          serviceName: `com.amazonaws.${place.region}.${service}`,
          vpcEndpointType: "Gateway",
          routeTableIds: [...routeTableIds],
          tags: { Name: `${settings.namePrefix}-${service}`, ...settings.tags, ...ownerTag() },
        },
        under(context),
      ),
  );
}
