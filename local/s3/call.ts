/** One request on its way through an operation, and who may do it. */
import type { CloudRequest, Reply, Route } from "../http/service";
import { parseAddress, checkKey } from "./addressing";
import { kindOf, rulesOf, type BucketRules } from "./bucket-rules";
import { s3Error } from "./errors";
import type { Bucket } from "./model";
import { bucketOf, type World } from "./world";

export interface Call {
  readonly world: World;
  readonly request: CloudRequest;
  readonly operation: string;
  /** "" for operations of the service. */
  readonly bucketName: string;
  /** "" for operations on a bucket. */
  readonly key: string;
  /** The first value of a query parameter. */
  readonly query: (name: string) => string | undefined;
  /** A header as one text. */
  readonly header: (name: string) => string | undefined;
  /** @throws NoSuchBucket */
  readonly bucket: () => Bucket;
  readonly rules: BucketRules;
}

export type Operation = (call: Call) => Promise<Reply> | Reply;

export function makeCall(world: World, request: CloudRequest, route: Route): Call {
  const { bucket = "", key } = parseAddress(request.rawPath, request.headers);
  if (key !== "") checkKey(key);
  return {
    world,
    request,
    operation: route.operation,
    bucketName: bucket,
    key,
    query: (name) => request.query.get(name) ?? undefined,
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(",") : value;
    },
    bucket: () => bucketOf(world, bucket),
    rules: rulesOf(kindOf(bucket)),
  };
}

/** IAM actions of the operations that are not named `s3:Operation`. Service Authorization Reference, "Actions defined by Amazon S3". */
const ACTIONS: Readonly<Record<string, string>> = {
  HeadObject: "s3:GetObject",
  CopyObject: "s3:PutObject",
  CreateMultipartUpload: "s3:PutObject",
  UploadPart: "s3:PutObject",
  UploadPartCopy: "s3:PutObject",
  CompleteMultipartUpload: "s3:PutObject",
  ListParts: "s3:ListMultipartUploadParts",
  ListMultipartUploads: "s3:ListBucketMultipartUploads",
  ListObjectsV2: "s3:ListBucket",
  ListObjectVersions: "s3:ListBucketVersions",
  HeadBucket: "s3:ListBucket",
  ListBuckets: "s3:ListAllMyBuckets",
  GetBucketNotificationConfiguration: "s3:GetBucketNotification",
  PutBucketNotificationConfiguration: "s3:PutBucketNotification",
  GetBucketEncryption: "s3:GetEncryptionConfiguration",
  GetBucketLifecycleConfiguration: "s3:GetLifecycleConfiguration",
  DeleteObjects: "s3:DeleteObject",
  ListDirectoryBuckets: "s3express:ListAllMyDirectoryBuckets",
};
const VERSIONED_ACTIONS: Readonly<Record<string, string>> = {
  "s3:GetObject": "s3:GetObjectVersion",
  "s3:DeleteObject": "s3:DeleteObjectVersion",
};

/**
 * Signing name, session, policy, in this order.
 * @throws AuthorizationHeaderMalformed when the request was signed for the other kind of bucket; AccessDenied.
 */
export function authorize(call: Call): void {
  const { request, operation, bucketName, world } = call;
  if (bucketName !== "" && request.signingName !== call.rules.signingName) {
    throw s3Error(
      "AuthorizationHeaderMalformed",
      `The authorization header is malformed; incorrect service "${request.signingName}". This endpoint belongs to "${call.rules.signingName}".`,
    );
  }
  // AWS takes control operations at an endpoint of their own, without a session; the SDK for JavaScript 3.1169 with an endpoint of the
  // caller's sends one all the same. It must not stand in for the permission.
  const isControl = call.rules.controlActions[operation] !== undefined;
  if (request.session !== undefined && !isControl) {
    if (operation === "CreateSession") {
      // The words are S3's own, as smithy-lang/smithy-rs#3474 quotes them.
      throw s3Error("InvalidRequest", 'CreateSession request should not include "x-amz-s3session-token"');
    }
    if (world.sessions.refusal(request.session, operation, bucketName) !== undefined) throw s3Error("AccessDenied");
    return;
  }
  // DeleteObjects is decided key by key.
  if (operation === "DeleteObjects" && call.rules.onlyAction === undefined) return;
  requireAction(call, actionOf(call), bucketName, call.key === "" ? undefined : call.key);
}

/** Whether the caller may read this object as a copy source. */
export function requireSourceRead(call: Call, bucketName: string, key: string, versionId: string | undefined): void {
  const { onlyAction } = rulesOf(kindOf(bucketName));
  requireAction(
    call,
    onlyAction ?? (versionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion"),
    bucketName,
    key,
  );
}

/** @throws AccessDenied */
export function requireAction(call: Call, action: string, bucketName: string, key: string | undefined): void {
  if (!isAllowed(call, action, bucketName, key)) throw s3Error("AccessDenied");
}

export function isAllowed(call: Call, action: string, bucketName: string, key: string | undefined): boolean {
  const policy = call.world.policies.get(call.request.principal.name);
  return policy === undefined || policy(action, bucketName, key);
}

/** Runs a lookup; without permission to list the bucket a missing key is AccessDenied. API HeadObject, GetObject, "Permissions". */
export function hidingMissingKeys<T>(call: Call, bucketName: string, lookup: () => T): T {
  try {
    return lookup();
  } catch (error) {
    const code = (error as { code?: string }).code;
    const isMissing = code === "NoSuchKey" || code === "NoSuchVersion";
    const { hidesMissingKeys } = rulesOf(kindOf(bucketName));
    const isHidden = isMissing && hidesMissingKeys && !isAllowed(call, "s3:ListBucket", bucketName, undefined);
    throw isHidden ? s3Error("AccessDenied") : error;
  }
}

function actionOf(call: Call): string {
  const { operation, rules } = call;
  const special = rules.controlActions[operation] ?? rules.onlyAction;
  if (special !== undefined) return special;
  const action = ACTIONS[operation] ?? `s3:${operation}`;
  return call.query("versionId") === undefined ? action : (VERSIONED_ACTIONS[action] ?? action);
}
