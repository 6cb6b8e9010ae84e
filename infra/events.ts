/** Which events reach the queue, in the words of S3 and of EventBridge. Pure. */

export { filterPrefix, S3_EVENTS } from "../core/notifications";

/** The same as EventBridge calls it; "Object Deleted" includes expirations (User Guide, ev-events). */
const DETAIL_TYPES = ["Object Created", "Object Deleted", "Object Restore Completed"];

/** EventBridge compares with the plain key. */
export function eventPattern(bucket: string, prefix: string): object {
  return {
    source: ["aws.s3"],
    "detail-type": DETAIL_TYPES,
    detail: { bucket: { name: [bucket] }, ...(prefix === "" ? {} : { object: { key: [{ prefix }] } }) },
  };
}
