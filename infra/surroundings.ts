/**
 * What is already there, asked before anything is registered: the account, adopted buckets, the network. Everything
 * that does not fit is told at once. Asked through the AWS provider (data sources), so with its credentials, in previews as well.
 */
import { type InvokeOptions, RunError } from "@pulumi/pulumi";
import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity";
import { getPartition } from "@pulumi/aws/getPartition";
import { getRouteTable, getRouteTables, getSubnet, getSubnets, getVpc, getVpcEndpoint } from "@pulumi/aws/ec2";
import { getAvailabilityZones } from "@pulumi/aws/getAvailabilityZones";
import { getBucket, getBucketNotification, getDirectoryBuckets } from "@pulumi/aws/s3";
import { formatProblems } from "../core/env";
import type { Settings } from "../core/settings";
import { type Answer, answer } from "./answer";
import { arnsFor, type Place } from "./arns";
import { namesFor } from "./names";
import { type GivenNetwork, isOwnEndpoint } from "./network";
import {
  GATEWAY_SERVICES,
  INTERFACE_SERVICES,
  networkProblems,
  type SubnetFacts,
  wayOutOf,
  type RouteFacts,
} from "./network-rules";
import { notificationProblems } from "./notification-document";
import { findOwnBuckets, type OwnBuckets } from "./own-buckets";

export interface Surroundings {
  readonly place: Place;
  readonly network: GivenNetwork;
  readonly ownBuckets: OwnBuckets;
}

/** @throws RunError that lists every problem */
export async function lookAround(settings: Settings, options: InvokeOptions = {}): Promise<Surroundings> {
  const [{ accountId }, { partition }] = await Promise.all([getCallerIdentity({}, options), getPartition({}, options)]);
  const place = { partition, region: settings.region, accountId };
  const [source, destination, { network, problems }, ownBuckets] = await Promise.all([
    sourceProblems(settings, place, options),
    destinationProblems(settings, options),
    findNetwork(settings, options),
    findOwnBuckets(settings, namesFor(settings, accountId), options),
  ]);
  const all = [...source, ...destination, ...problems];
  if (all.length > 0) throw new RunError(formatProblems(all));
  return { place, network, ownBuckets };
}

async function sourceProblems(settings: Settings, place: Place, options: InvokeOptions): Promise<readonly string[]> {
  const { sourceBucket: bucket, region, notificationMode } = settings;
  if (bucket === undefined) return [];
  const found = await answer(getBucket({ bucket }, options));
  if ("error" in found) {
    return [
      `sourceBucket ${bucket} cannot be used: ${found.error}. Give one that your credentials may read, or leave the setting out to have one created`,
    ];
  }
  // A data source answers with what it got: nothing is claimed about what is missing in it.
  const { bucketRegion } = found.value as { readonly bucketRegion?: string };
  if (bucketRegion !== undefined && bucketRegion !== region) {
    return [
      `sourceBucket ${bucket} is in ${bucketRegion}, but aws:region is ${region}; both buckets must be in one Region`,
    ];
  }
  const document = await answer(getBucketNotification({ bucket }, options));
  if ("error" in document) {
    return [
      `the notifications of ${bucket} cannot be read: ${document.error}. To see whose they are, \`up\` needs s3:GetBucketNotification on it`,
    ];
  }
  const { queue } = arnsFor(namesFor(settings, place.accountId), place);
  return notificationProblems(bucket, notificationMode, document.value, queue);
}

async function destinationProblems(
  { destinationBucket, region }: Settings,
  options: InvokeOptions,
): Promise<readonly string[]> {
  if (destinationBucket === undefined) return [];
  const found = await answer(getDirectoryBuckets({}, options));
  if ("error" in found) {
    return [
      `the directory buckets cannot be listed: ${found.error}. \`up\` needs s3express:ListAllMyDirectoryBuckets to look for destinationBucket ${destinationBucket}`,
    ];
  }
  const { buckets } = found.value as { readonly buckets?: readonly string[] };
  return buckets === undefined || buckets.includes(destinationBucket)
    ? []
    : [`destinationBucket ${destinationBucket} does not exist in ${region}; leave the setting out to have one created`];
}

async function findNetwork(
  settings: Settings,
  options: InvokeOptions,
): Promise<{ readonly network: GivenNetwork; readonly problems: readonly string[] }> {
  const vpcId = settings.vpcId ?? (await defaultVpc(options));
  if (vpcId === undefined) {
    const none = { vpcId: "", subnetIds: [], routeTableIds: [] };
    return { network: none, problems: [`${settings.region} has no default VPC; give vpcId`] };
  }
  const subnetIds = settings.subnetIds ?? (await publicSubnets(settings, vpcId, options));
  const [subnets, endpoints, routeTableIds] = await Promise.all([
    Promise.all(subnetIds.map((subnetId) => lookAtSubnet(vpcId, subnetId, options))),
    findEndpoints(vpcId, settings.region, options),
    routeTables(vpcId, options),
  ]);
  const problems = networkProblems(settings, { subnets, ...endpoints });
  return { network: { vpcId, subnetIds, routeTableIds }, problems };
}

async function defaultVpc(options: InvokeOptions): Promise<string | undefined> {
  const found = await answer(getVpc({ default: true }, options));
  return "error" in found ? undefined : found.value.id;
}

async function publicSubnets(settings: Settings, vpcId: string, options: InvokeOptions): Promise<readonly string[]> {
  if (settings.vpcId === undefined) return await defaultSubnets(vpcId, options);
  const filters = [
    { name: "vpc-id", values: [vpcId] },
    { name: "map-public-ip-on-launch", values: ["true"] },
  ];
  const { ids } = await getSubnets({ filters }, options);
  return [...ids].sort();
}

/** One in each zone that has one; they are public (VPC guide, default subnets). */
async function defaultSubnets(vpcId: string, options: InvokeOptions): Promise<readonly string[]> {
  // Not the Local Zones, which have to be opted into and have no Fargate.
  const filters = [{ name: "opt-in-status", values: ["opt-in-not-required"] }];
  const { names } = await getAvailabilityZones({ state: "available", filters }, options);
  const found = await Promise.all(
    names.map((availabilityZone) => answer(getSubnet({ vpcId, availabilityZone, defaultForAz: true }, options))),
  );
  return found.flatMap((one) => ("error" in one ? [] : [one.value.id])).sort();
}

async function routeTables(vpcId: string, options: InvokeOptions): Promise<readonly string[]> {
  const { ids } = (await getRouteTables({ vpcId }, options)) as { readonly ids?: readonly string[] };
  return [...(ids ?? [])].sort();
}

/** A subnet without a table of its own uses the VPC's main one. */
async function lookAtSubnet(vpcId: string, subnetId: string, options: InvokeOptions): Promise<SubnetFacts> {
  const own = await answer(getRouteTable({ subnetId }, options));
  const main = [{ name: "association.main", values: ["true"] }];
  const table = "error" in own ? await getRouteTable({ vpcId, filters: main }, options) : own.value;
  const { routes } = table as { readonly routes?: readonly RouteFacts[] };
  return { subnetId, wayOut: wayOutOf(routes) };
}

interface Endpoints {
  /** Services that have one. */
  readonly endpoints: readonly string[];
  readonly foreignGateways: readonly string[];
}

async function findEndpoints(vpcId: string, region: string, options: InvokeOptions): Promise<Endpoints> {
  const look = async (service: string, kind: "Gateway" | "Interface"): Promise<[string, EndpointFound]> => {
    // S3 has both kinds, and only gateways have routes. Deleted ones are shown for a while.
    const filters = [
      { name: "vpc-endpoint-type", values: [kind] },
      { name: "vpc-endpoint-state", values: ["available", "pending"] },
    ];
    const serviceName = `com.amazonaws.${region}.${service}`;
    return [service, foundBy(await answer(getVpcEndpoint({ vpcId, serviceName, filters }, options)))];
  };
  const found = await Promise.all([
    ...GATEWAY_SERVICES.map((service) => look(service, "Gateway")),
    ...INTERFACE_SERVICES.map((service) => look(service, "Interface")),
  ]);
  return {
    endpoints: found.flatMap(([service, { there }]) => (there ? [service] : [])),
    foreignGateways: found.flatMap(([service, { foreign }]) => (foreign ? [service] : [])),
  };
}

interface EndpointFound {
  readonly there: boolean;
  /** Another's, with route tables that cannot have a second one. */
  readonly foreign: boolean;
}

/** With several of one service, in tables of their own, the data source refuses to choose. */
function foundBy(found: Answer<object>): EndpointFound {
  if ("error" in found) return { there: /^multiple\b/.test(found.error), foreign: false };
  const { tags, routeTableIds = [] } = found.value as {
    readonly tags?: Readonly<Record<string, string>>;
    readonly routeTableIds?: readonly string[];
  };
  return { there: true, foreign: tags !== undefined && routeTableIds.length > 0 && !isOwnEndpoint(tags) };
}
