/**
 * What whoever runs the command line may do, verb by verb. A generated document that is attached to nobody: the stack's output
 * `operatorPolicy`. For somebody who may do less: fewer verbs.
 */
import { allow, literally, policy, type PolicyDocument, type Statement } from "./document";
import { useKey, type WorkerPolicyInput, workerPolicy } from "./worker";

export interface OperatorPolicyInput extends WorkerPolicyInput {
  /** Of the system. */
  readonly prefix: string;
}

/** What each verb needs. A verb that is not here needs nothing of AWS. */
export const OPERATOR_VERBS = {
  status: [
    ...["SeeQueue", "SeeDeadLetters", "ListWorkers", "SeeWorkers", "SeeSchedule", "SeeStarter"],
    ...["ReadStarterLog", "ReadMetrics"],
  ],
  doctor: [
    ...["SeeQueue", "SeeDeadLetters", "SeeTaskDefinition", "SeeSchedule", "SeeTargets", "SeeStarter", "RunStarter"],
    ...["ListWorkers", "SeeWorkers"],
    ...["ListSource", "ReadSource", "SeeSource", "SeeTags", "SeeDestination", "WriteDestinationByHand", "Probe"],
    ...["SeeNetwork", "SeeQuotas", "SeeKeys", "DecryptSource", "EncryptProbe", "DecryptDestination"],
  ],
  backfill: ["ListSource", "LookAtDestination", "SendKeys", "DecryptDestination"],
  verify: [
    ...["ListSource", "ReadSource", "LookAtDestination", "SendKeys", "DecryptSource", "DecryptDestination"],
    // To tell keys whose copy is refused.
    ...["SeeDeadLetters", "ReadDeadLetters"],
    // To wait until the workers are done.
    ...["SeeQueue", "ListWorkers", "SeeWorkers", "SeeSchedule", "SeeStarter"],
    ...["ReadStarterLog", "ReadMetrics"],
  ],
  explain: [
    ...["ListSource", "ReadSource", "LookAtDestination", "SeeTaskDefinition", "ReadWorkerLog"],
    ...["DecryptSource", "DecryptDestination", "SeeDeadLetters", "ReadDeadLetters"],
  ],
  logs: ["ReadWorkerLog", "ReadStarterLog"],
  dlq: ["SeeDeadLetters", "ReadDeadLetters", "TakeDeadLetters", "SendKeys"],
  trigger: ["RunStarter", "SeeStarter", "SeeQueue", "ListWorkers", "SeeWorkers"],
  scale: ["SeeStarter", "ScaleStarter"],
  pause: [
    ...["SeeQueue", "ListWorkers", "SeeWorkers", "StopWorkers", "SeeSchedule", "PauseSchedule", "SeeStarter"],
    "ReadMetrics",
  ],
  resume: ["SeeQueue", "SeeSchedule", "ResumeSchedule", "SeeStarter", "ReadMetrics"],
  cost: ["ListSource", "ReadMetrics"],
  // To tell what waits, with --dry-run.
  work: ["Work", "SeeQueue"],
} as const satisfies Record<string, readonly Capability[]>;

export type OperatorVerb = keyof typeof OPERATOR_VERBS;

export type Capability = keyof ReturnType<typeof capabilities>;

const ALL = Object.keys(OPERATOR_VERBS) as OperatorVerb[];

/** @param verbs those the person may use */
export function operatorPolicy(input: OperatorPolicyInput, verbs: readonly OperatorVerb[] = ALL): PolicyDocument {
  const known = capabilities(input);
  const needed = new Set<Capability>(verbs.flatMap((verb) => OPERATOR_VERBS[verb]));
  return policy(...merged([...needed].flatMap((name) => known[name])));
}

/** Statements about the same thing in one: a managed policy has at most 6,144 characters (IAM quotas). */
function merged(statements: readonly Statement[]): readonly Statement[] {
  const byResource = new Map<string, Statement>();
  for (const statement of statements) {
    const about = JSON.stringify([statement.Resource, statement.Condition]);
    const known = byResource.get(about);
    byResource.set(about, known === undefined ? statement : union(known, statement));
  }
  return [...byResource.values()];
}

function union(a: Statement, b: Statement): Statement {
  const actions = [...new Set([...a.Action, ...b.Action])];
  return actions.length === a.Action.length ? a : { ...a, Sid: `${a.Sid}${b.Sid}`, Action: actions };
}

/** The probe's own keys, whatever the name behind them (cli/doctor/probe.ts). */
const PROBES = ".s3-express-sync-probe/*";

function capabilities(input: OperatorPolicyInput) {
  const { arns, prefix, sourceKmsKeyArn, destinationKmsKeyArn } = input;
  const inCluster = { ArnEquals: { "ecs:cluster": arns.cluster } };
  return {
    SeeQueue: one("SeeQueue", ["sqs:GetQueueAttributes"], arns.queue),
    SeeDeadLetters: one("SeeDeadLetters", ["sqs:GetQueueAttributes"], arns.deadLetterQueue),
    // To look into it is to receive and to give back.
    ReadDeadLetters: one(
      "ReadDeadLetters",
      ["sqs:ReceiveMessage", "sqs:ChangeMessageVisibility"],
      arns.deadLetterQueue,
    ),
    TakeDeadLetters: one("TakeDeadLetters", ["sqs:DeleteMessage", "sqs:PurgeQueue"], arns.deadLetterQueue),
    SendKeys: one("SendKeys", ["sqs:SendMessage"], arns.queue),
    // As for the starter: no resource can be named.
    ListWorkers: [allow("ListWorkers", ["ecs:ListTasks"], ["*"], inCluster)],
    SeeWorkers: [allow("SeeWorkers", ["ecs:DescribeTasks"], [arns.tasks], inCluster)],
    StopWorkers: [allow("StopWorkers", ["ecs:StopTask"], [arns.tasks], inCluster)],
    // No resource can be named (service authorization reference, Amazon ECS).
    SeeTaskDefinition: one("SeeTaskDefinition", ["ecs:DescribeTaskDefinition"], "*"),
    SeeSchedule: one("SeeSchedule", ["events:DescribeRule"], arns.starterRule),
    SeeTargets: one("SeeTargets", ["events:ListTargetsByRule"], arns.starterRule),
    PauseSchedule: one("PauseSchedule", ["events:DisableRule"], arns.starterRule),
    ResumeSchedule: one("ResumeSchedule", ["events:EnableRule"], arns.starterRule),
    SeeStarter: one("SeeStarter", ["lambda:GetFunctionConfiguration"], arns.starter),
    RunStarter: one("RunStarter", ["lambda:InvokeFunction"], arns.starter),
    ScaleStarter: one("ScaleStarter", ["lambda:UpdateFunctionConfiguration"], arns.starter),
    ReadWorkerLog: one("ReadWorkerLog", ["logs:FilterLogEvents"], arns.workerLogStreams),
    ReadStarterLog: one("ReadStarterLog", ["logs:FilterLogEvents"], arns.starterLogStreams),
    // No resource can be named (service authorization reference: CloudWatch, Amazon EC2, Service Quotas).
    ReadMetrics: one("ReadMetrics", ["cloudwatch:GetMetricData"], "*"),
    SeeNetwork: one("SeeNetwork", ["ec2:DescribeSubnets", "ec2:DescribeRouteTables", "ec2:DescribeVpcEndpoints"], "*"),
    SeeQuotas: one("SeeQuotas", ["servicequotas:GetServiceQuota"], "*"),
    ListSource: one("ListSource", ["s3:ListBucket"], arns.sourceBucket),
    ReadSource: one("ReadSourceByHand", ["s3:GetObject"], `${arns.sourceBucket}/*`),
    SeeSource: one("SeeSource", ["s3:GetBucketNotification", "s3:GetEncryptionConfiguration"], arns.sourceBucket),
    SeeTags: one("SeeTags", ["s3:GetObjectTagging"], `${arns.sourceBucket}/*`),
    SeeDestination: one("SeeDestination", ["s3express:GetEncryptionConfiguration"], arns.destinationBucket),
    LookAtDestination: [
      allow("LookAtDestination", ["s3express:CreateSession"], [arns.destinationBucket], {
        StringEquals: { "s3express:SessionMode": "ReadOnly" },
      }),
    ],
    // The probe is taken away on both sides; a session has no finer right (User Guide, s3-express-security-iam).
    WriteDestinationByHand: one("WriteDestinationByHand", ["s3express:CreateSession"], arns.destinationBucket),
    Probe: one("Probe", ["s3:PutObject", "s3:DeleteObject"], `${arns.sourceBucket}/${literally(prefix)}${PROBES}`),
    // Beside DescribeKey: HEAD tells the checksum of an encrypted object only to those who may decrypt it (API HeadObject).
    SeeKeys: keys("SeeKeys", ["kms:DescribeKey"], sourceKmsKeyArn, destinationKmsKeyArn),
    // HEAD tells the checksum of an encrypted object only to those who may decrypt it (API HeadObject, ChecksumMode).
    DecryptSource: keys("LookAtSourceDecrypted", ["kms:Decrypt"], sourceKmsKeyArn),
    DecryptDestination: keys("LookAtDestinationDecrypted", ["kms:Decrypt"], destinationKmsKeyArn),
    EncryptProbe: keys("EncryptProbe", ["kms:GenerateDataKey"], sourceKmsKeyArn),
    Work: workerPolicy(input).Statement,
  } as const satisfies Record<string, readonly Statement[]>;
}

function one(sid: string, actions: readonly string[], resource: string): readonly Statement[] {
  return [allow(sid, actions, [resource])];
}

/** A statement for each key there is. */
function keys(sid: string, actions: readonly string[], ...arns: readonly (string | undefined)[]): readonly Statement[] {
  return [...new Set(arns)].flatMap((arn, index) =>
    arn === undefined ? [] : [useKey(index === 0 ? sid : `${sid}${index + 1}`, actions, arn)],
  );
}
