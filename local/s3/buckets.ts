/** Operations on buckets. API pages of the operations' names. */
import type { Reply } from "../http/service";
import { readBytes, readXml } from "./body";
import { isValidBucketName, kindOf, rulesOf, zoneOf, type BucketRules } from "./bucket-rules";
import type { Call } from "./call";
import { s3Error } from "./errors";
import type { Bucket } from "./model";
import { makeBucket, type World } from "./world";
import { child, childText, document, group, parseXml, text } from "./xml";

const XML = { "content-type": "application/xml" };

export async function createBucket(call: Call): Promise<Reply> {
  const { world, bucketName } = call;
  const body = (await readBytes(call)).toString("utf8");
  const root = body === "" ? undefined : parseXml(body);
  if (body !== "" && root?.name !== "CreateBucketConfiguration") throw s3Error("MalformedXML");
  if (call.rules.creationNamesZone) {
    const zone = childText(child(root, "Location"), "Name");
    if (childText(child(root, "Bucket"), "Type") !== "Directory" || zone === undefined) throw s3Error("InvalidRequest");
    if (zoneOf(bucketName) !== zone) throw s3Error("InvalidBucketName");
  }
  addBucket(world, bucketName);
  return { status: 200, headers: { location: `/${bucketName}` } };
}

/** @throws InvalidBucketName, BucketAlreadyOwnedByYou */
export function addBucket(world: World, name: string): Bucket {
  if (!isValidBucketName(name)) throw s3Error("InvalidBucketName", undefined, { details: { BucketName: name } });
  if (world.buckets.has(name)) throw s3Error("BucketAlreadyOwnedByYou", undefined, { details: { BucketName: name } });
  const bucket = makeBucket(name, kindOf(name), world.clock.now());
  world.buckets.set(name, bucket);
  world.journal.bucket(bucket);
  return bucket;
}

/** Only an empty bucket: no versions, no delete markers, and no open uploads in a directory bucket. */
export function deleteBucket(call: Call): Reply {
  dropBucket(call.world, call.bucket());
  return { status: 204 };
}

/** @throws BucketNotEmpty */
export function dropBucket(world: World, bucket: Bucket): void {
  const isBlocked = rulesOf(bucket.kind).openUploadsBlockDeletion && bucket.uploads.size > 0;
  if (bucket.objects.size > 0 || isBlocked)
    throw s3Error("BucketNotEmpty", undefined, { details: { BucketName: bucket.name } });
  for (const upload of bucket.uploads.values())
    for (const part of upload.parts.values()) world.blobs.release(part.extents);
  world.buckets.delete(bucket.name);
  world.journal.bucketGone(bucket.name);
}

export function headBucket(call: Call): Reply {
  const bucket = call.bucket();
  const location: Record<string, string> = call.rules.headTellsZone
    ? { "x-amz-bucket-location-type": "AvailabilityZone", "x-amz-bucket-location-name": zoneOf(bucket.name) }
    : {};
  return { status: 200, headers: { "x-amz-bucket-region": call.world.region, ...location } };
}

export function listBuckets(call: Call): Reply {
  const { world } = call;
  const prefix = call.query("prefix") ?? "";
  const buckets = listedBy(world, "ListBuckets").filter((bucket) => bucket.name.startsWith(prefix));
  const owner = group("Owner", [text("ID", world.accountId), text("DisplayName", world.accountId)]);
  const elements = [
    owner,
    group(
      "Buckets",
      buckets.map((bucket) => bucketElement(world, bucket)),
    ),
  ];
  return { status: 200, headers: XML, body: document("ListAllMyBucketsResult", elements, true) };
}

export function listDirectoryBuckets(call: Call): Reply {
  const buckets = listedBy(call.world, "ListDirectoryBuckets").map((bucket) => bucketElement(call.world, bucket));
  return {
    status: 200,
    headers: XML,
    body: document("ListAllMyDirectoryBucketsResult", [group("Buckets", buckets)], true),
  };
}

export function getBucketLocation(call: Call): Reply {
  call.bucket();
  supported(call.rules.location);
  const { region } = call.world;
  const content = region === "us-east-1" ? "" : region;
  return {
    status: 200,
    headers: XML,
    body: document("LocationConstraint", [content], true),
  };
}

export function getBucketVersioning(call: Call): Reply {
  const bucket = call.bucket();
  supported(call.rules.versioning);
  return {
    status: 200,
    headers: XML,
    body: document("VersioningConfiguration", [text("Status", bucket.versioning)], true),
  };
}

export async function putBucketVersioning(call: Call): Promise<Reply> {
  const bucket = call.bucket();
  supported(call.rules.versioning);
  const status = childText(await readXml(call), "Status");
  if (status !== "Enabled" && status !== "Suspended") throw s3Error("MalformedXML");
  bucket.versioning = status;
  call.world.journal.bucket(bucket);
  return { status: 200 };
}

/** CreateSession. API CreateSession; the default mode is ReadWrite. */
export function createSession(call: Call): Reply {
  const bucket = call.bucket();
  supported(call.rules.sessions);
  const mode = call.header("x-amz-create-session-mode") ?? "ReadWrite";
  if (mode !== "ReadOnly" && mode !== "ReadWrite") throw s3Error("InvalidArgument", "Invalid session mode");
  const session = call.world.sessions.create(call.request.principal, bucket.name, mode);
  const credentials = group("Credentials", [
    text("SessionToken", session.sessionToken),
    text("SecretAccessKey", session.secretAccessKey),
    text("AccessKeyId", session.accessKeyId),
    text("Expiration", new Date(session.expiresMs).toISOString()),
  ]);
  return {
    status: 200,
    headers: { ...XML, "x-amz-server-side-encryption": "AES256" },
    body: document("CreateSessionResult", [credentials], true),
  };
}

/** Refuses what one of the two kinds does not have. The code is on no page. @throws MethodNotAllowed */
export function supported(isSupported: boolean): void {
  if (!isSupported) throw s3Error("MethodNotAllowed");
}

function listedBy(world: World, operation: BucketRules["listedBy"]): Bucket[] {
  return [...world.buckets.values()]
    .filter((bucket) => rulesOf(bucket.kind).listedBy === operation)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function bucketElement(world: World, bucket: Bucket): string {
  return group("Bucket", [
    text("Name", bucket.name),
    text("CreationDate", new Date(bucket.createdMs).toISOString()),
    text("BucketRegion", world.region),
  ]);
}
