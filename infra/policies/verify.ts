/** What the scheduled verify may do: see both sides and the dead letters, and enqueue keys. It cannot write to the destination at all. */
import type { Arns } from "../arns";
import { allow, policy, type PolicyDocument } from "./document";
import { useKey, type WorkerPolicyInput } from "./worker";

export function verifyPolicy({ arns, sourceKmsKeyArn, destinationKmsKeyArn }: WorkerPolicyInput): PolicyDocument {
  return policy(
    // Without a prefix condition, as for workers: a missing key must be a 404.
    allow("ListSource", ["s3:ListBucket"], [arns.sourceBucket]),
    allow("LookAtSource", ["s3:GetObject"], [`${arns.sourceBucket}/*`]),
    // A session that only reads: HeadObject and ListObjectsV2 are among what it allows. Asked for without a mode, S3 gives the
    // one that is allowed (API CreateSession).
    allow("LookAtDestination", ["s3express:CreateSession"], [arns.destinationBucket], {
      StringEquals: { "s3express:SessionMode": "ReadOnly" },
    }),
    allow("EnqueueKeys", ["sqs:SendMessage"], [arns.queue]),
    // To look into it is to receive and to give back; it cannot take anything away.
    allow(
      "LookAtDeadLetters",
      ["sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:ChangeMessageVisibility"],
      [arns.deadLetterQueue],
    ),
    // HEAD tells the checksum of an encrypted object only to those who may decrypt it (API HeadObject, ChecksumMode).
    ...(sourceKmsKeyArn === undefined ? [] : [useKey("DecryptSource", ["kms:Decrypt"], sourceKmsKeyArn)]),
    ...(destinationKmsKeyArn === undefined
      ? []
      : [useKey("DecryptDestination", ["kms:Decrypt"], destinationKmsKeyArn)]),
  );
}

/** What the rule needs to start it: this family, on this cluster, with these two roles. */
export function verifyRulePolicy(arns: Arns): PolicyDocument {
  return policy(
    allow("StartVerify", ["ecs:RunTask"], [arns.verifyTaskDefinitions], {
      ArnEquals: { "ecs:cluster": arns.cluster },
    }),
    // The task gets the tags of its definition, which is authorised separately (ECS guide, tagging on creation).
    allow("TagVerify", ["ecs:TagResource"], [arns.tasks], { StringEquals: { "ecs:CreateAction": "RunTask" } }),
    allow("PassRoles", ["iam:PassRole"], [arns.verifyRole, arns.executionRole], {
      StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
    }),
  );
}
