/** Which operation a request is for. Pure; a request that is none of these is answered NotImplemented by the front. */
import type { CloudRequest, Route } from "../http/service";
import { parseAddress, parseCopySource } from "./addressing";
import type { Operation } from "./call";
import {
  createBucket,
  createSession,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
  listDirectoryBuckets,
  putBucketVersioning,
} from "./buckets";
import { getBucketEncryption, getBucketLifecycleConfiguration, getBucketPolicy } from "./bucket-config";
import { copyObject } from "./copy";
import { deleteObject, deleteObjects } from "./delete";
import { listObjectsV2, listObjectVersions } from "./listing";
import { abortMultipartUpload, completeMultipartUpload, createMultipartUpload } from "./multipart";
import { getNotifications, putNotifications } from "./notifications";
import { listParts, uploadPart, uploadPartCopy } from "./parts";
import { putObject } from "./put";
import { getObject, getObjectAttributes, headObject } from "./read";
import { deleteObjectTagging, getObjectTagging, putObjectTagging, restoreObject } from "./tagging";
import { listMultipartUploads } from "./uploads-listing";

export const OPERATIONS = {
  AbortMultipartUpload: abortMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  CopyObject: copyObject,
  CreateBucket: createBucket,
  CreateMultipartUpload: createMultipartUpload,
  CreateSession: createSession,
  DeleteBucket: deleteBucket,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  DeleteObjectTagging: deleteObjectTagging,
  GetBucketEncryption: getBucketEncryption,
  GetBucketLifecycleConfiguration: getBucketLifecycleConfiguration,
  GetBucketLocation: getBucketLocation,
  GetBucketNotificationConfiguration: getNotifications,
  GetBucketPolicy: getBucketPolicy,
  GetBucketVersioning: getBucketVersioning,
  GetObject: getObject,
  GetObjectAttributes: getObjectAttributes,
  GetObjectTagging: getObjectTagging,
  HeadBucket: headBucket,
  HeadObject: headObject,
  ListBuckets: listBuckets,
  ListDirectoryBuckets: listDirectoryBuckets,
  ListMultipartUploads: listMultipartUploads,
  ListObjectsV2: listObjectsV2,
  ListObjectVersions: listObjectVersions,
  ListParts: listParts,
  PutBucketNotificationConfiguration: putNotifications,
  PutBucketVersioning: putBucketVersioning,
  PutObject: putObject,
  PutObjectTagging: putObjectTagging,
  RestoreObject: restoreObject,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationName = keyof typeof OPERATIONS;

/** Method, and query parameters or headers, that tell an operation; the first that fits. A parameter with a value must have that value. */
interface Rule {
  readonly method: string;
  readonly scope: "service" | "bucket" | "object";
  readonly has?: readonly string[];
  readonly header?: string;
  readonly signingName?: string;
  readonly operation: OperationName;
}

const RULES: readonly Rule[] = [
  { method: "GET", scope: "service", signingName: "s3express", operation: "ListDirectoryBuckets" },
  { method: "GET", scope: "service", operation: "ListBuckets" },

  { method: "GET", scope: "bucket", has: ["session"], operation: "CreateSession" },
  { method: "GET", scope: "bucket", has: ["location"], operation: "GetBucketLocation" },
  { method: "GET", scope: "bucket", has: ["encryption"], operation: "GetBucketEncryption" },
  { method: "GET", scope: "bucket", has: ["lifecycle"], operation: "GetBucketLifecycleConfiguration" },
  { method: "GET", scope: "bucket", has: ["policy"], operation: "GetBucketPolicy" },
  { method: "GET", scope: "bucket", has: ["versioning"], operation: "GetBucketVersioning" },
  { method: "GET", scope: "bucket", has: ["notification"], operation: "GetBucketNotificationConfiguration" },
  { method: "GET", scope: "bucket", has: ["uploads"], operation: "ListMultipartUploads" },
  { method: "GET", scope: "bucket", has: ["versions"], operation: "ListObjectVersions" },
  { method: "GET", scope: "bucket", has: ["list-type=2"], operation: "ListObjectsV2" },
  { method: "PUT", scope: "bucket", has: ["versioning"], operation: "PutBucketVersioning" },
  { method: "PUT", scope: "bucket", has: ["notification"], operation: "PutBucketNotificationConfiguration" },
  { method: "PUT", scope: "bucket", operation: "CreateBucket" },
  { method: "POST", scope: "bucket", has: ["delete"], operation: "DeleteObjects" },
  { method: "HEAD", scope: "bucket", operation: "HeadBucket" },
  { method: "DELETE", scope: "bucket", operation: "DeleteBucket" },

  { method: "GET", scope: "object", has: ["uploadId"], operation: "ListParts" },
  { method: "GET", scope: "object", has: ["tagging"], operation: "GetObjectTagging" },
  { method: "GET", scope: "object", has: ["attributes"], operation: "GetObjectAttributes" },
  { method: "GET", scope: "object", operation: "GetObject" },
  { method: "HEAD", scope: "object", operation: "HeadObject" },
  {
    method: "PUT",
    scope: "object",
    has: ["partNumber", "uploadId"],
    header: "x-amz-copy-source",
    operation: "UploadPartCopy",
  },
  { method: "PUT", scope: "object", has: ["partNumber", "uploadId"], operation: "UploadPart" },
  { method: "PUT", scope: "object", has: ["tagging"], operation: "PutObjectTagging" },
  { method: "PUT", scope: "object", header: "x-amz-copy-source", operation: "CopyObject" },
  { method: "PUT", scope: "object", operation: "PutObject" },
  { method: "POST", scope: "object", has: ["uploads"], operation: "CreateMultipartUpload" },
  { method: "POST", scope: "object", has: ["uploadId"], operation: "CompleteMultipartUpload" },
  { method: "POST", scope: "object", has: ["restore"], operation: "RestoreObject" },
  { method: "DELETE", scope: "object", has: ["uploadId"], operation: "AbortMultipartUpload" },
  { method: "DELETE", scope: "object", has: ["tagging"], operation: "DeleteObjectTagging" },
  { method: "DELETE", scope: "object", operation: "DeleteObject" },
];

/** Parameters that do not name a sub-resource. Any other one makes a request that only a rule naming it may take. */
const PLAIN_PARAMETERS =
  /^(x-id|versionId|prefix|delimiter|max-keys|start-after|continuation-token|encoding-type|fetch-owner|key-marker|version-id-marker|upload-id-marker|max-uploads|max-parts|part-number-marker|max-buckets|max-directory-buckets|bucket-region|partNumber|response-.+)$/;

/**
 * @returns undefined for an operation that does not exist here
 * @throws InvalidURI, InvalidArgument when the address cannot be read
 */
export function routeOf(request: CloudRequest): (Route & { readonly operation: OperationName }) | undefined {
  const { bucket, key } = parseAddress(request.rawPath, request.headers);
  const scope = bucket === undefined ? "service" : key === "" ? "bucket" : "object";
  const rule = RULES.find((one) => fits(one, request, scope));
  if (rule === undefined) return undefined;
  const copySource = rule.header === undefined ? undefined : request.headers[rule.header];
  return {
    operation: rule.operation,
    ...(bucket === undefined ? {} : { resource: bucket }),
    ...(key === "" ? {} : { key }),
    ...(typeof copySource === "string" ? { source: sourceName(copySource) } : {}),
  };
}

function fits(rule: Rule, request: CloudRequest, scope: Rule["scope"]): boolean {
  if (rule.method !== request.method || rule.scope !== scope) return false;
  if (rule.signingName !== undefined && rule.signingName !== request.signingName) return false;
  if (rule.header !== undefined && request.headers[rule.header] === undefined) return false;
  const needed = (rule.has ?? []).map((one) => one.split("="));
  if (
    !needed.every(
      ([name = "", value]) => request.query.has(name) && (value === undefined || request.query.get(name) === value),
    )
  )
    return false;
  return [...request.query.keys()].every((name) => PLAIN_PARAMETERS.test(name) || needed.some(([own]) => own === name));
}

function sourceName(header: string): string {
  try {
    const { bucket, key } = parseCopySource(header);
    return `${bucket}/${key}`;
  } catch {
    return header;
  }
}
