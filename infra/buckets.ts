/**
 * Source and destination: created, or adopted and left alone. Created ones stay after `pulumi destroy`, with everything in them,
 * unless deleteBucketsOnDestroy says otherwise.
 */
import type { CustomResourceOptions, Resource } from "@pulumi/pulumi";
import {
  Bucket,
  BucketLifecycleConfiguration,
  BucketPolicy,
  BucketPublicAccessBlock,
  BucketServerSideEncryptionConfiguration,
  DirectoryBucket,
} from "@pulumi/aws/s3";
import { type Context, named, under } from "./context";
import type { OwnBuckets } from "./own-buckets";
import { lifecycleAccess } from "./policies/resources";
import { UPLOAD_DAYS } from "./upload-days";

/** Everything that was created; empty for adopted buckets. */
export interface Buckets {
  readonly source: readonly Resource[];
  readonly destination: readonly Resource[];
}

/** @param own which of them are there already */
export function createBuckets(context: Context, own: OwnBuckets): Buckets {
  const { settings } = context;
  return {
    source: settings.sourceBucket === undefined ? createSource(context, own.source) : [],
    destination: settings.destinationBucket === undefined ? createDestination(context, own.destination) : [],
  };
}

function createSource(context: Context, isThere: boolean): readonly Resource[] {
  const { settings, names } = context;
  const bucket = new Bucket(
    named(context, "source"),
    { bucket: names.sourceBucket, forceDestroy: settings.deleteBucketsOnDestroy, tags: settings.tags },
    { ...kept(context), ...(isThere ? { import: names.sourceBucket } : {}) },
  );
  const access = new BucketPublicAccessBlock(
    named(context, "source-private"),
    {
      bucket: bucket.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
      // A bucket that stays must stay private.
      skipDestroy: !settings.deleteBucketsOnDestroy,
    },
    under(context),
  );
  const lifecycle = abortUploads(context, "source-lifecycle", bucket, UPLOAD_DAYS.source);
  return [bucket, access, lifecycle, ...encryption(context, "source-encryption", bucket, settings.sourceKmsKeyArn)];
}

/** Directory buckets are private without further ado: public access is blocked and cannot be allowed. */
function createDestination(context: Context, isThere: boolean): readonly Resource[] {
  const { settings, names, arns } = context;
  const bucket = new DirectoryBucket(
    named(context, "destination"),
    {
      bucket: names.destinationBucket,
      location: { name: settings.availabilityZoneId, type: "AvailabilityZone" },
      forceDestroy: settings.deleteBucketsOnDestroy,
      tags: settings.tags,
    },
    { ...kept(context), ...(isThere ? { import: names.destinationBucket } : {}) },
  );
  const policy = new BucketPolicy(
    named(context, "destination-policy"),
    { bucket: bucket.bucket, policy: JSON.stringify(lifecycleAccess(arns)) },
    under(context),
  );
  const lifecycle = abortUploads(context, "destination-lifecycle", bucket, UPLOAD_DAYS.destination, [policy]);
  return [
    bucket,
    policy,
    lifecycle,
    ...encryption(context, "destination-encryption", bucket, settings.destinationKmsKeyArn),
  ];
}

function abortUploads(
  context: Context,
  what: string,
  bucket: Bucket | DirectoryBucket,
  days: number,
  after: readonly Resource[] = [],
): Resource {
  return new BucketLifecycleConfiguration(
    named(context, what),
    {
      bucket: bucket.bucket,
      rules: [
        {
          id: "abort-incomplete-uploads",
          status: "Enabled",
          filter: { prefix: "" },
          abortIncompleteMultipartUpload: { daysAfterInitiation: days },
        },
      ],
    },
    under(context, after),
  );
}

function encryption(
  context: Context,
  what: string,
  bucket: Bucket | DirectoryBucket,
  keyArn: string | undefined,
): readonly Resource[] {
  if (keyArn === undefined) return [];
  const byDefault = { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn };
  return [
    new BucketServerSideEncryptionConfiguration(
      named(context, what),
      // Bucket keys: fewer calls of KMS; directory buckets always have them (User Guide, s3-express-data-protection).
      { bucket: bucket.bucket, rules: [{ applyServerSideEncryptionByDefault: byDefault, bucketKeyEnabled: true }] },
      kept(context),
    ),
  ];
}

/** Stays after `pulumi destroy`. */
function kept(context: Context): CustomResourceOptions {
  return { ...under(context), retainOnDelete: !context.settings.deleteBucketsOnDestroy };
}
