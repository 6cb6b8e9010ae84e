/** The account around the system: who asks, its Fargate quotas, its KMS keys. */
import { DescribeKeyCommand, type KMSClient } from "@aws-sdk/client-kms";
import { GetServiceQuotaCommand, type ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { GetCallerIdentityCommand, type STSClient } from "@aws-sdk/client-sts";

export interface Caller {
  readonly accountId: string;
  readonly arn: string;
}

export async function readCaller(sts: STSClient, signal: AbortSignal): Promise<Caller> {
  const { Account = "", Arn = "" } = await sts.send(new GetCallerIdentityCommand({}), { abortSignal: signal });
  return { accountId: Account, arn: Arn };
}

/** vCPUs at once, in this account and Region (General Reference, AWS Fargate endpoints and quotas). */
export const FARGATE_QUOTAS = { FARGATE: "L-3032A538", FARGATE_SPOT: "L-36FBB829" } as const;

export async function readFargateQuota(
  quotas: ServiceQuotasClient,
  capacity: keyof typeof FARGATE_QUOTAS,
  signal: AbortSignal,
): Promise<number | undefined> {
  const command = new GetServiceQuotaCommand({ ServiceCode: "fargate", QuotaCode: FARGATE_QUOTAS[capacity] });
  const { Quota } = await quotas.send(command, { abortSignal: signal });
  return Quota?.Value;
}

export interface KeyFacts {
  readonly arn: string;
  /** "Enabled", "Disabled", "PendingDeletion", ... */
  readonly state: string;
  /** Made by AWS for a service (aws/s3) and not by the customer. */
  readonly managedByAws: boolean;
}

export async function readKey(kms: KMSClient, keyId: string, signal: AbortSignal): Promise<KeyFacts> {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyId }), { abortSignal: signal });
  return {
    arn: KeyMetadata?.Arn ?? keyId,
    state: KeyMetadata?.KeyState ?? (KeyMetadata?.Enabled === true ? "Enabled" : "unknown"),
    managedByAws: KeyMetadata?.KeyManager === "AWS",
  };
}
