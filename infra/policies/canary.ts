/** What the canary's schedule may do: write this one object. */
import { canaryKey } from "../../core/canary";
import type { Settings } from "../../core/settings";
import type { Arns } from "../arns";
import { allow, literally, policy, type PolicyDocument } from "./document";
import { useKey } from "./worker";

export function canaryPolicy(
  arns: Arns,
  { prefix, sourceKmsKeyArn }: Pick<Settings, "prefix" | "sourceKmsKeyArn">,
): PolicyDocument {
  return policy(
    allow("WriteCanary", ["s3:PutObject"], [`${arns.sourceBucket}/${literally(canaryKey(prefix))}`]),
    // API PutObject, permissions: kms:GenerateDataKey; Decrypt is for multipart uploads only.
    ...(sourceKmsKeyArn === undefined ? [] : [useKey("EncryptCanary", ["kms:GenerateDataKey"], sourceKmsKeyArn)]),
  );
}
