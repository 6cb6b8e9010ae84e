/**
 * Where directory buckets differ from general purpose buckets, both values side by side. "UG x" is the page x of the Amazon S3 User
 * Guide, "API X" the page of operation X in the S3 API Reference. A rule that no page states says so. No other file of the simulated S3
 * compares the kind of a bucket: lint refuses it.
 */

export type BucketKind = "general" | "directory";

export interface BucketRules {
  /** UG optimizing-performance: requests per second and prefix; UG s3-express-performance: a directory bucket has no such limit. */
  readonly requestRateLimits: boolean;
  /** UG bucketnamingrules and UG directory-bucket-naming-rules. */
  readonly validName: (name: string) => boolean;
  /** API CreateBucket, CreateBucketConfiguration: Bucket and Location say the type and the zone, which must be the one in the name. */
  readonly creationNamesZone: boolean;
  /** API HeadBucket, x-amz-bucket-location-type and x-amz-bucket-location-name: "supported by directory buckets". */
  readonly headTellsZone: boolean;
  /** API ListBuckets: "not supported for directory buckets"; API ListDirectoryBuckets. */
  readonly listedBy: "ListBuckets" | "ListDirectoryBuckets";
  /** API GetBucketLocation: "not supported for directory buckets". The error's code is on no page. */
  readonly location: boolean;
  /** API CreateSession: "this operation is only for directory buckets". The error's code is on no page. */
  readonly sessions: boolean;
  /** UG directory-buckets-overview: a bucket without requests for 90 days becomes inactive, and answers 503 while it wakes up. */
  readonly sleeps: boolean;
  /**
   * The SDKs put one slash more between bucket and key of a directory bucket behind an IP endpoint. On no page; seen of the SDK for
   * JavaScript 3.1169.
   */
  readonly keyFollowsTwoSlashes: boolean;
  /**
   * Service name in the credential scope. UG s3-express-authenticating-authorizing. What AWS answers to the other name is on no page; here it
   * is refused, also for session credentials, which the SDK for JavaScript 3.1169 signs for "s3" on a client that signed for "s3" before.
   */
  readonly signingName: "s3" | "s3express";
  /** Order of listings. UG s3-express-differences: directory buckets do not list in lexicographical order. */
  readonly listingOrder: "utf-8" | "hashed-depth-first";
  /** A prefix must be empty or end in the delimiter. API ListObjectsV2, Prefix. */
  readonly prefixEndsInDelimiter: boolean;
  /** API ListObjectsV2, Delimiter: "/ is the only supported delimiter". */
  readonly onlyDelimiter: string | undefined;
  /** API ListObjectsV2, StartAfter: "not supported for directory buckets". The error's code is on no page. */
  readonly startAfter: boolean;
  /** API ListObjectsV2, Delimiter: CommonPrefixes also of uploads in progress. */
  readonly uploadsShowAsCommonPrefixes: boolean;
  /** API ListMultipartUploads, KeyMarker and UploadIdMarker: obfuscated, and not supported. */
  readonly opaqueUploadMarkers: boolean;
  /** UG s3-express-differences: ETags are random alphanumeric strings, not MD5 digests. */
  readonly etag: "md5" | "random";
  /** UG s3-express-using-multipart-upload; API CompletedPart: part numbers start at 1 and are consecutive. */
  readonly consecutiveParts: boolean;
  /** UG mpuoverview (initiation) and UG s3-express-using-multipart-upload (completion). */
  readonly multipartLastModified: "initiation" | "completion";
  /** API DeleteBucket, UG s3-express-differences: open uploads keep a directory bucket from being deleted. */
  readonly openUploadsBlockDeletion: boolean;
  /** API CopyObject, TaggingDirective: 501 for non-empty tags. */
  readonly tags: boolean;
  /** API PutObject, StorageClass. */
  readonly storageClasses: readonly string[];
  readonly defaultStorageClass: string;
  /** UG s3-express-differences. */
  readonly versioning: boolean;
  /** UG s3-express-differences. */
  readonly notifications: boolean;
  /** API RestoreObject: "not supported for directory buckets". The error's code is on no page. */
  readonly restores: boolean;
  /** Request headers that are refused with 501: UG s3-express-differences names the features, the code is the usual one for such headers. */
  readonly refusedHeaders: readonly RegExp[];
  /** API DeleteObject: x-amz-if-match-last-modified-time and x-amz-if-match-size. */
  readonly deleteBySizeAndTime: boolean;
  /** UG s3-express-differences: keys in DeleteObjects need a character that is no white space, and no control characters but \n \t \r. */
  readonly strictKeysInDeleteObjects: boolean;
  /** UG s3-express-authenticating-authorizing: one action instead of one per operation. */
  readonly onlyAction: string | undefined;
  /** Operations that have an action of their own beside `onlyAction`. Service Authorization Reference, "Actions defined by Amazon S3 Express". */
  readonly controlActions: Readonly<Record<string, string>>;
  /** Who may not list the bucket is told AccessDenied of a missing key. API HeadObject and GetObject, "Permissions". */
  readonly hidesMissingKeys: boolean;
}

const RULES: { readonly [rule in keyof BucketRules]: Readonly<Record<BucketKind, BucketRules[rule]>> } = {
  validName: {
    general: (name) =>
      /^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name) && !name.includes("..") && !/^\d+\.\d+\.\d+\.\d+$/.test(name),
    directory: (name) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?--[a-z0-9-]+-az\d+--x-s3$/.test(name),
  },
  creationNamesZone: { general: false, directory: true },
  headTellsZone: { general: false, directory: true },
  listedBy: { general: "ListBuckets", directory: "ListDirectoryBuckets" },
  location: { general: true, directory: false },
  sessions: { general: false, directory: true },
  sleeps: { general: false, directory: true },
  keyFollowsTwoSlashes: { general: false, directory: true },
  requestRateLimits: { general: true, directory: false },
  signingName: { general: "s3", directory: "s3express" },
  listingOrder: { general: "utf-8", directory: "hashed-depth-first" },
  prefixEndsInDelimiter: { general: false, directory: true },
  onlyDelimiter: { general: undefined, directory: "/" },
  startAfter: { general: true, directory: false },
  uploadsShowAsCommonPrefixes: { general: false, directory: true },
  opaqueUploadMarkers: { general: false, directory: true },
  etag: { general: "md5", directory: "random" },
  consecutiveParts: { general: false, directory: true },
  multipartLastModified: { general: "initiation", directory: "completion" },
  openUploadsBlockDeletion: { general: false, directory: true },
  tags: { general: true, directory: false },
  storageClasses: {
    general: [
      "STANDARD",
      "REDUCED_REDUNDANCY",
      "STANDARD_IA",
      "ONEZONE_IA",
      "INTELLIGENT_TIERING",
      "GLACIER_IR",
      "GLACIER",
      "DEEP_ARCHIVE",
    ],
    directory: ["EXPRESS_ONEZONE"],
  },
  defaultStorageClass: { general: "STANDARD", directory: "EXPRESS_ONEZONE" },
  versioning: { general: true, directory: false },
  notifications: { general: true, directory: false },
  restores: { general: true, directory: false },
  refusedHeaders: {
    general: [],
    directory: [
      /^x-amz-acl$/,
      /^x-amz-grant-/,
      /^x-amz-website-redirect-location$/,
      /^x-amz-object-lock-/,
      /^x-amz-server-side-encryption-customer-/,
      /^x-amz-tagging$/,
    ],
  },
  deleteBySizeAndTime: { general: false, directory: true },
  strictKeysInDeleteObjects: { general: false, directory: true },
  onlyAction: { general: undefined, directory: "s3express:CreateSession" },
  controlActions: {
    general: {},
    directory: {
      CreateBucket: "s3express:CreateBucket",
      DeleteBucket: "s3express:DeleteBucket",
      GetBucketPolicy: "s3express:GetBucketPolicy",
      GetBucketEncryption: "s3express:GetEncryptionConfiguration",
      GetBucketLifecycleConfiguration: "s3express:GetLifecycleConfiguration",
    },
  },
  hidesMissingKeys: { general: true, directory: false },
};

const BY_KIND: Readonly<Record<BucketKind, BucketRules>> = {
  general: column("general"),
  directory: column("directory"),
};

/** The rules of one kind of bucket. */
export function rulesOf(kind: BucketKind): BucketRules {
  return BY_KIND[kind];
}

/** Told by the name alone. UG directory-bucket-naming-rules. */
export function kindOf(bucketName: string): BucketKind {
  return bucketName.endsWith("--x-s3") ? "directory" : "general";
}

/** The zone that a directory bucket's name says: `base--zone--x-s3`. UG directory-bucket-naming-rules. */
export function zoneOf(bucketName: string): string {
  return bucketName.split("--").at(-2) ?? "";
}

/** What holds for both kinds, and the rule of the kind that the name says. UG bucketnamingrules. */
export function isValidBucketName(name: string): boolean {
  if (name.length < 3 || name.length > 63) return false;
  if (/^(xn--|sthree-|amzn-s3-demo-)/.test(name) || /(-s3alias|--ol-s3|\.mrap)$/.test(name)) return false;
  return rulesOf(kindOf(name)).validName(name);
}

function column(kind: BucketKind): BucketRules {
  const picked = Object.entries(RULES).map(([rule, values]) => [rule, (values as Record<BucketKind, unknown>)[kind]]);
  return Object.fromEntries(picked) as BucketRules;
}
