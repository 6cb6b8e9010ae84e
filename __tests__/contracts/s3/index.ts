/** What S3 promises, stated fact by fact, for any S3. */
import { describeChecksums } from "./checksums";
import { describeConditions } from "./conditions";
import { describeCopying } from "./copying";
import { describeListing } from "./listing";
import { describeMultipart } from "./multipart";
import { describeObjects } from "./objects";
import { describeSessions } from "./sessions";
import type { S3Target } from "./target";
import { describeVersioning } from "./versioning";

export function describeS3Contract(target: S3Target): void {
  describeObjects(target);
  describeConditions(target);
  describeCopying(target);
  describeMultipart(target);
  describeListing(target);
  describeVersioning(target);
  describeChecksums(target);
  describeSessions(target);
}
