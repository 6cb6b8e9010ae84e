/** The keys both buckets encrypt with: enabled, and the destination's as the worker believes. */
import type { DefaultEncryption } from "../../../aws/operator/bucket-configuration";
import type { KeyFacts } from "../../../aws/operator/account";
import { type Check, type Finding, ok, problem, warning } from "../check";
import type { Facts } from "../facts";

export const kmsCheck: Check = {
  id: "kms",
  title: "encryption keys",
  run: async (facts) => {
    const [source, destination, { worker }] = await Promise.all([
      facts.sourceEncryption(),
      facts.destinationEncryption(),
      facts.task(),
    ]);
    const told = worker.ok ? worker.config.destinationKmsKeyArn : undefined;
    const findings = [
      ...(await judgeSource(source, facts)),
      ...judgeAgreement(destination, told, facts.system.destinationBucket),
      ...(await judgeKey("destination", destination, facts)),
    ];
    return findings.length > 0 ? findings : [ok(`source ${source.algorithm}, destination ${destination.algorithm}`)];
  },
};

async function judgeSource(source: DefaultEncryption, facts: Facts): Promise<readonly Finding[]> {
  if (source.algorithm === "AES256") return [];
  const state = await judgeKey("source", source, facts);
  if (state.length > 0) return state;
  return [
    ok(
      `source ${source.algorithm}: the worker's role needs kms:Decrypt, which sourceKmsKeyArn gives (${source.keyArn ?? "aws/s3"})`,
    ),
  ];
}

async function judgeKey(side: string, { keyArn }: DefaultEncryption, facts: Facts): Promise<readonly Finding[]> {
  if (keyArn === undefined) return [];
  const key = await facts.key(keyArn).catch((error: unknown): KeyFacts | undefined => {
    if (error instanceof Error && error.name === "NotFoundException") return undefined;
    throw error;
  });
  if (key === undefined) {
    return [
      problem(`the ${side}'s key ${keyArn} does not exist`, "Set the bucket's default encryption to a key that does."),
    ];
  }
  if (key.state === "Enabled") return [];
  return [
    problem(
      `the ${side}'s key ${key.arn} is ${key.state}`,
      "Enable the key, or cancel its deletion: nothing can be copied with it, and the breaker holds all keys.",
    ),
  ];
}

/** A copy into an encrypted directory bucket names its key, and no other (API CopyObject). */
export function judgeAgreement(
  { algorithm, keyArn }: DefaultEncryption,
  told: string | undefined,
  bucket: string,
): readonly Finding[] {
  if (algorithm === "AES256") {
    if (told === undefined) return [];
    return [
      problem(
        `the worker names the key ${told}, but ${bucket} encrypts with AES256`,
        "`pulumi config rm destinationKmsKeyArn` and `pulumi up`, or set the bucket's default encryption to the key.",
      ),
    ];
  }
  if (told === undefined) {
    return [
      problem(
        `${bucket} encrypts with ${keyArn ?? algorithm}, which the worker does not know of`,
        `\`pulumi config set destinationKmsKeyArn ${keyArn ?? "ARN"}\` and \`pulumi up\`: the role needs the key, and copies must name it.`,
      ),
    ];
  }
  if (keyArn === undefined || told === keyArn || told.endsWith(`/${keyArn}`)) return [];
  if (told.includes(":alias/")) {
    return [
      warning(
        `the worker names ${told}, the bucket ${keyArn}`,
        "Make sure that the alias leads to this key: a directory bucket takes no other.",
      ),
    ];
  }
  return [
    problem(
      `the worker names the key ${told}, the bucket ${keyArn}`,
      `\`pulumi config set destinationKmsKeyArn ${keyArn}\` and \`pulumi up\`: a directory bucket takes no other.`,
    ),
  ];
}
