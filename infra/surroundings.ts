/**
 * What is already there, asked before anything is registered: the account, adopted buckets, the network that was given. Everything
 * that does not fit is told at once. Asked through the AWS provider (data sources), so with its credentials, in previews as well.
 */
import { type InvokeOptions, RunError } from "@pulumi/pulumi";
import { getCallerIdentity } from "@pulumi/aws/getCallerIdentity";
import { getPartition } from "@pulumi/aws/getPartition";
import { getRouteTable, getSubnets, getVpcEndpoint } from "@pulumi/aws/ec2";
import { getBucket, getBucketNotification, getDirectoryBuckets } from "@pulumi/aws/s3";
import { formatProblems } from "../core/env";
import type { Settings } from "../core/settings";
import { arnsFor, type Place } from "./arns";
import { namesFor } from "./names";
import type { GivenNetwork } from "./network";
import {
  GATEWAY_SERVICES,
  INTERFACE_SERVICES,
  networkProblems,
  type SubnetFacts,
  wayOutOf,
  type RouteFacts,
} from "./network-rules";
import { notificationProblems } from "./notification-document";

export interface Surroundings {
  readonly place: Place;
  /** Undefined: the default VPC. */
  readonly network: GivenNetwork | undefined;
}

/** @throws RunError that lists every problem */
export async function lookAround(settings: Settings, options: InvokeOptions = {}): Promise<Surroundings> {
  const [{ accountId }, { partition }] = await Promise.all([getCallerIdentity({}, options), getPartition({}, options)]);
  const place = { partition, region: settings.region, accountId };
  const [source, destination, { network, problems }] = await Promise.all([
    sourceProblems(settings, place, options),
    destinationProblems(settings, options),
    givenNetwork(settings, options),
  ]);
  const all = [...source, ...destination, ...problems];
  if (all.length > 0) throw new RunError(formatProblems(all));
  return { place, network };
}

async function sourceProblems(settings: Settings, place: Place, options: InvokeOptions): Promise<readonly string[]> {
  const { sourceBucket: bucket, region, notificationMode } = settings;
  if (bucket === undefined) return [];
  const found = await answer(getBucket({ bucket }, options));
  if ("error" in found) return [`sourceBucket ${bucket} cannot be used: ${found.error}`];
  // A data source answers with what it got: nothing is claimed about what is missing in it.
  const { bucketRegion } = found.value as { readonly bucketRegion?: string };
  if (bucketRegion !== undefined && bucketRegion !== region) {
    return [
      `sourceBucket ${bucket} is in ${bucketRegion}, but aws:region is ${region}; both buckets must be in one Region`,
    ];
  }
  const document = await answer(getBucketNotification({ bucket }, options));
  if ("error" in document) return [`the notifications of ${bucket} cannot be read: ${document.error}`];
  const { queue } = arnsFor(namesFor(settings, place.accountId), place);
  return notificationProblems(bucket, notificationMode, document.value, queue);
}

async function destinationProblems(
  { destinationBucket, region }: Settings,
  options: InvokeOptions,
): Promise<readonly string[]> {
  if (destinationBucket === undefined) return [];
  const found = await answer(getDirectoryBuckets({}, options));
  if ("error" in found) return [`the directory buckets cannot be listed: ${found.error}`];
  const { buckets } = found.value as { readonly buckets?: readonly string[] };
  return buckets === undefined || buckets.includes(destinationBucket)
    ? []
    : [`destinationBucket ${destinationBucket} does not exist in ${region}; leave the setting out to have one created`];
}

async function givenNetwork(
  settings: Settings,
  options: InvokeOptions,
): Promise<{ readonly network: GivenNetwork | undefined; readonly problems: readonly string[] }> {
  const { vpcId } = settings;
  if (vpcId === undefined) return { network: undefined, problems: [] };
  const subnetIds = settings.subnetIds ?? (await publicSubnets(vpcId, options));
  const [subnets, endpoints] = await Promise.all([
    Promise.all(subnetIds.map((subnetId) => lookAtSubnet(vpcId, subnetId, options))),
    existingEndpoints(vpcId, settings.region, options),
  ]);
  return { network: { vpcId, subnetIds }, problems: networkProblems(settings, { subnets, endpoints }) };
}

async function publicSubnets(vpcId: string, options: InvokeOptions): Promise<readonly string[]> {
  const filters = [
    { name: "vpc-id", values: [vpcId] },
    { name: "map-public-ip-on-launch", values: ["true"] },
  ];
  const { ids } = await getSubnets({ filters }, options);
  return [...ids].sort();
}

/** A subnet without a table of its own uses the VPC's main one. */
async function lookAtSubnet(vpcId: string, subnetId: string, options: InvokeOptions): Promise<SubnetFacts> {
  const own = await answer(getRouteTable({ subnetId }, options));
  const main = [{ name: "association.main", values: ["true"] }];
  const table = "error" in own ? await getRouteTable({ vpcId, filters: main }, options) : own.value;
  const { routes } = table as { readonly routes?: readonly RouteFacts[] };
  return { subnetId, wayOut: wayOutOf(routes) };
}

async function existingEndpoints(vpcId: string, region: string, options: InvokeOptions): Promise<readonly string[]> {
  const services = [...GATEWAY_SERVICES, ...INTERFACE_SERVICES];
  const found = await Promise.all(
    services.map((service) =>
      answer(getVpcEndpoint({ vpcId, serviceName: `com.amazonaws.${region}.${service}` }, options)),
    ),
  );
  return services.filter((_, index) => !("error" in (found[index] ?? { error: "" })));
}

type Answer<T> = { readonly value: T } | { readonly error: string };

/** Data sources fail where something does not exist. */
async function answer<T>(asked: Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await asked };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
