/** What S3 promises, stated fact by fact, for any S3. */
import { describeObjects } from "./objects";
import type { S3Target } from "./target";

export function describeS3Contract(target: S3Target): void {
  describeObjects(target);
}
