/** Policies of resources: who may send to the queue, and what lifecycle rules of a directory bucket need. */
import type { Settings } from "../../core/settings";
import type { Arns, Place } from "../arns";
import { allowService, policy, type PolicyDocument } from "./document";

/** Only this bucket, or this rule, of this account may send; workers have their own policy. */
export function queuePolicy(mode: Settings["notificationMode"], arns: Arns, { accountId }: Place): PolicyDocument {
  const [service, sender] =
    mode === "s3" ? ["s3.amazonaws.com", arns.sourceBucket] : ["events.amazonaws.com", arns.eventsRule];
  return policy(
    allowService("SendEvents", service, "sqs:SendMessage", arns.queue, {
      ArnEquals: { "aws:SourceArn": sender },
      StringEquals: { "aws:SourceAccount": accountId },
    }),
  );
}

/** Lifecycle rules of a directory bucket act through a session (User Guide, directory-buckets-objects-lifecycle). */
export function lifecycleAccess(arns: Arns): PolicyDocument {
  return policy(
    allowService("AbortUploads", "lifecycle.s3.amazonaws.com", "s3express:CreateSession", arns.destinationBucket, {
      StringEquals: { "s3express:SessionMode": "ReadWrite" },
    }),
  );
}
