/** Where directory buckets exist and how they are named. */

/**
 * Availability Zone ids with S3 Express One Zone, by Region (User Guide, directory bucket endpoints, April 2026). Only used for
 * defaults and to catch contradictions: a zone that is missing here is still accepted when it is given by its full id.
 */
export const EXPRESS_ZONES: Readonly<Record<string, readonly string[]>> = {
  "us-east-1": ["use1-az4", "use1-az5", "use1-az6"],
  "us-east-2": ["use2-az1", "use2-az2"],
  "us-west-2": ["usw2-az1", "usw2-az3", "usw2-az4"],
  "ap-south-1": ["aps1-az1", "aps1-az3"],
  "ap-northeast-1": ["apne1-az1", "apne1-az4"],
  "eu-west-1": ["euw1-az1", "euw1-az3"],
  "eu-north-1": ["eun1-az1", "eun1-az2", "eun1-az3"],
};

/** The first Express zone of a Region; undefined where none is known. */
export function defaultZone(region: string): string | undefined {
  return zonesOf(region)[0];
}

/** The Region a zone id belongs to; undefined when the table does not know it. */
export function regionOfZone(zoneId: string): string | undefined {
  return Object.keys(EXPRESS_ZONES).find((region) => zonesOf(region).includes(zoneId));
}

export function isZoneId(text: string): boolean {
  return /^[a-z]{2,}[0-9]+(-[a-z0-9]+)?-az[0-9]+$/.test(text);
}

export interface DirectoryBucketName {
  /** What stands before `--zoneid--x-s3`. */
  readonly base: string;
  readonly zoneId: string;
}

/** Splits a full directory bucket name; undefined when it breaks the rules (User Guide, directory bucket naming rules). */
export function parseDirectoryBucketName(name: string): DirectoryBucketName | undefined {
  const match = /^(.+)--([a-z0-9-]+?)--x-s3$/.exec(name);
  const [, base = "", zoneId = ""] = match ?? [];
  const wellNamed =
    name.length <= 63 &&
    /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(base) &&
    isZoneId(zoneId) &&
    !FORBIDDEN_PREFIXES.some((prefix) => base.startsWith(prefix)) &&
    !FORBIDDEN_SUFFIXES.some((suffix) => base.endsWith(suffix));
  return wellNamed ? { base, zoneId } : undefined;
}

/** What the rules are, for people. */
export const DIRECTORY_BUCKET_RULES =
  "BASE--ZONEID--x-s3, at most 63 characters: lower-case letters, digits and hyphens, such as data--euw1-az1--x-s3";

/** Whether the name is meant to be a directory bucket's, well formed or not. */
export function looksLikeDirectoryBucket(name: string): boolean {
  return name.endsWith("--x-s3");
}

/**
 * The full name of a directory bucket given in full or as a base. A full name must agree with `zoneId`, where one is given;
 * a base needs one. Undefined when it does not, or when the result breaks the naming rules.
 */
export function resolveDirectoryBucketName(baseOrFull: string, zoneId: string | undefined): string | undefined {
  if (looksLikeDirectoryBucket(baseOrFull)) {
    const full = parseDirectoryBucketName(baseOrFull);
    return full !== undefined && (zoneId === undefined || full.zoneId === zoneId) ? baseOrFull : undefined;
  }
  if (zoneId === undefined) return undefined;
  const name = `${baseOrFull}--${zoneId}--x-s3`;
  return parseDirectoryBucketName(name) === undefined ? undefined : name;
}

/** A general purpose bucket's name (User Guide, general purpose bucket naming rules). */
export function isGeneralPurposeBucketName(name: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes("..") && !looksLikeDirectoryBucket(name);
}

const FORBIDDEN_PREFIXES = ["xn--", "sthree-", "amzn-s3-demo-"];
const FORBIDDEN_SUFFIXES = ["-s3alias", "--ol-s3"];

function zonesOf(region: string): readonly string[] {
  return Object.hasOwn(EXPRESS_ZONES, region) ? (EXPRESS_ZONES[region] ?? []) : [];
}
