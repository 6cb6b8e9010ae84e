/** What the source bucket is told to send, in the words of S3. */

/** Beyond the seed's two: lifecycle expirations are no removals to S3, and a restored object becomes copyable. */
export const S3_EVENTS = [
  "s3:ObjectCreated:*",
  "s3:ObjectRemoved:*",
  "s3:LifecycleExpiration:*",
  "s3:ObjectRestore:Completed",
] as const;

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
