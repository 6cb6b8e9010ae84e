/** Which events reach the queue, in the words of S3 and of EventBridge. Pure. */

/** Beyond the seed's two: lifecycle expirations are no removals to S3, and a restored object becomes copyable. */
export const S3_EVENTS = [
  "s3:ObjectCreated:*",
  "s3:ObjectRemoved:*",
  "s3:LifecycleExpiration:*",
  "s3:ObjectRestore:Completed",
] as const;

/** The same as EventBridge calls it; "Object Deleted" includes expirations (User Guide, ev-events). */
const DETAIL_TYPES = ["Object Created", "Object Deleted", "Object Restore Completed"];

/**
 * The prefix as a notification filter wants it: "a space must be written +, other special characters percent-encoded" (User Guide,
 * notification-how-to-filtering).
 */
export function filterPrefix(prefix: string): string {
  return prefix
    .split("/")
    .map((segment) => encodeURIComponent(segment).replace(/%20/g, "+"))
    .join("/");
}

/** EventBridge compares with the plain key. */
export function eventPattern(bucket: string, prefix: string): object {
  return {
    source: ["aws.s3"],
    "detail-type": DETAIL_TYPES,
    detail: { bucket: { name: [bucket] }, ...(prefix === "" ? {} : { object: { key: [{ prefix }] } }) },
  };
}
