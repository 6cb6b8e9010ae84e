/** What an operator reads of a bucket's configuration: policy, default encryption, lifecycle. API pages of the operations' names. */
import type { Reply } from "../http/service";
import type { Call } from "./call";
import { s3Error } from "./errors";
import type { Bucket, Encryption } from "./model";
import { document, group, text } from "./xml";

const XML = { "content-type": "application/xml" };

/** A bucket's own default: SSE-S3 unless set. UG default-bucket-encryption. */
export type DefaultEncryption = Exclude<Encryption, { readonly kind: "customer" }>;

/** One rule, as far as operators look. Shown, with no effect here: `admin.expire` does what a rule would. */
export interface LifecycleRule {
  readonly id: string;
  readonly prefix?: string;
  /** Default true. */
  readonly enabled?: boolean;
  readonly expirationDays?: number;
  readonly noncurrentDays?: number;
  readonly abortIncompleteMultipartUploadDays?: number;
}

/** The policy is the JSON text itself. @throws NoSuchBucketPolicy */
export function getBucketPolicy(call: Call): Reply {
  const { policy } = call.bucket();
  if (policy === undefined) throw s3Error("NoSuchBucketPolicy", undefined, named(call));
  return { status: 200, headers: { "content-type": "application/json" }, body: policy };
}

export function getBucketEncryption(call: Call): Reply {
  const { encryption } = call.bucket();
  const byDefault = group("ApplyServerSideEncryptionByDefault", [
    text("SSEAlgorithm", encryption.kind),
    encryption.kind === "aws:kms" ? text("KMSMasterKeyID", encryption.keyId) : "",
  ]);
  const rule = group("Rule", [byDefault, text("BucketKeyEnabled", String(encryption.kind === "aws:kms"))]);
  return { status: 200, headers: XML, body: document("ServerSideEncryptionConfiguration", [rule], true) };
}

/** @throws NoSuchLifecycleConfiguration */
export function getBucketLifecycleConfiguration(call: Call): Reply {
  const { lifecycle } = call.bucket();
  if (lifecycle.length === 0) throw s3Error("NoSuchLifecycleConfiguration", undefined, named(call));
  return { status: 200, headers: XML, body: document("LifecycleConfiguration", lifecycle.map(ruleElement), true) };
}

/** Replaces what is given. `policy` "" and an empty `lifecycle` remove. */
export function configureBucket(
  bucket: Bucket,
  change: {
    readonly policy?: string;
    readonly encryption?: DefaultEncryption;
    readonly lifecycle?: readonly LifecycleRule[];
  },
): void {
  if (change.policy !== undefined) bucket.policy = change.policy === "" ? undefined : change.policy;
  if (change.encryption !== undefined) bucket.encryption = change.encryption;
  if (change.lifecycle !== undefined) bucket.lifecycle = change.lifecycle;
}

function ruleElement(rule: LifecycleRule): string {
  const days = (name: string, element: string, value: number | undefined) =>
    value === undefined ? "" : group(name, [text(element, value)]);
  return group("Rule", [
    text("ID", rule.id),
    group("Filter", [text("Prefix", rule.prefix ?? "")]),
    text("Status", rule.enabled === false ? "Disabled" : "Enabled"),
    days("Expiration", "Days", rule.expirationDays),
    days("NoncurrentVersionExpiration", "NoncurrentDays", rule.noncurrentDays),
    days("AbortIncompleteMultipartUpload", "DaysAfterInitiation", rule.abortIncompleteMultipartUploadDays),
  ]);
}

function named(call: Call): { details: Record<string, string> } {
  return { details: { BucketName: call.bucketName } };
}
