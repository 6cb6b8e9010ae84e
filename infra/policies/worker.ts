/** What a worker may do: the calls of aws/, no more. */
import type { Arns } from "../arns";
import { allow, policy, type PolicyDocument, type Statement } from "./document";

export interface WorkerPolicyInput {
  readonly arns: Arns;
  readonly sourceKmsKeyArn?: string | undefined;
  readonly destinationKmsKeyArn?: string | undefined;
}

export function workerPolicy({ arns, sourceKmsKeyArn, destinationKmsKeyArn }: WorkerPolicyInput): PolicyDocument {
  return policy(
    // Without a prefix condition: HEAD of a missing key is a 404 only for those who may list the bucket, else a 403
    // (API HeadObject), and a 403 is never taken for "gone".
    allow("SeeWhatIsMissing", ["s3:ListBucket"], [arns.sourceBucket]),
    allow("ReadSource", ["s3:GetObject"], [`${arns.sourceBucket}/*`]),
    // The only action there is for objects of a directory bucket (User Guide, s3-express-security-iam).
    allow("WriteDestination", ["s3express:CreateSession"], [arns.destinationBucket]),
    allow(
      "TakeWork",
      ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:SendMessage"],
      [arns.queue],
    ),
    allow("BuryWork", ["sqs:SendMessage"], [arns.deadLetterQueue]),
    ...(sourceKmsKeyArn === undefined ? [] : [useKey("DecryptSource", ["kms:Decrypt"], sourceKmsKeyArn)]),
    // A copy into an encrypted bucket needs both (API CopyObject, permissions).
    ...(destinationKmsKeyArn === undefined
      ? []
      : [useKey("EncryptDestination", ["kms:Decrypt", "kms:GenerateDataKey"], destinationKmsKeyArn)]),
  );
}

/** An alias names no resource in a policy: the key behind it is matched by its alias (KMS guide, kms:ResourceAliases). */
export function useKey(sid: string, actions: readonly string[], keyArn: string): Statement {
  const [owner, alias] = keyArn.split(":alias/");
  if (owner === undefined || alias === undefined) return allow(sid, actions, [keyArn]);
  return allow(sid, actions, [`${owner}:key/*`], {
    "ForAnyValue:StringEquals": { "kms:ResourceAliases": `alias/${alias}` },
  });
}
