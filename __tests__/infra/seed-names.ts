/**
 * The commands of the shell deployment's documentation that name a resource, as people have them in scripts and notes. Bucket names and
 * Regions are the reader's own there.
 */
export const SEED_COMMANDS = [
  "aws ecs list-tasks --cluster s3-to-s3express-sync-cluster --region eu-west-1",
  "aws sqs get-queue-url --queue-name s3-to-s3express-sync-q --region eu-west-1 --query 'QueueUrl' --output text",
  "aws logs tail /aws/lambda/s3-to-s3express-sync-starter --follow --region eu-west-1",
  "aws logs tail /ecs/s3-to-s3express-sync-task --follow --region eu-west-1",
  "aws lambda invoke --function-name s3-to-s3express-sync-starter --region eu-west-1 /tmp/output.json",
  "aws events disable-rule --name s3-to-s3express-sync-starter-rule --region eu-west-1",
  "aws ecs stop-task --cluster s3-to-s3express-sync-cluster --task {} --region eu-west-1",
  "aws events enable-rule --name s3-to-s3express-sync-starter-rule --region eu-west-1",
  "aws lambda update-function-configuration --function-name s3-to-s3express-sync-starter --environment Variables={...}",
  "aws sqs get-queue-url --queue-name s3-to-s3express-sync-dlq --region eu-west-1 --query 'QueueUrl' --output text",
  "aws logs tail /ecs/s3-to-s3express-sync-task --since 1h --region eu-west-1",
  "aws logs tail /aws/lambda/s3-to-s3express-sync-starter --since 10m --region eu-west-1",
  "aws iam get-role-policy --role-name s3-to-s3express-sync-starter-role --policy-name s3-to-s3express-sync-starter-role-inline",
] as const;

/** Its other commands of AWS, as `service verb`: they name only the reader's own buckets, or a queue by its URL. */
export const OTHER_SEED_VERBS = [
  "s3 cp",
  "s3 ls",
  "s3 rm",
  "s3 rb",
  "s3api get-bucket-notification-configuration",
  "s3api put-bucket-inventory-configuration",
  "sqs get-queue-attributes",
  "sqs receive-message",
  "sqs purge-queue",
] as const;

/** Which resource each command looks for, and by which of its properties. */
export const LOOKED_UP: Readonly<Record<string, readonly [type: string, property: string]>> = {
  "ecs --cluster": ["aws:ecs/cluster:Cluster", "name"],
  "sqs --queue-name": ["aws:sqs/queue:Queue", "name"],
  "logs tail": ["aws:cloudwatch/logGroup:LogGroup", "name"],
  "lambda --function-name": ["aws:lambda/function:Function", "name"],
  "events --name": ["aws:cloudwatch/eventRule:EventRule", "name"],
  "iam --role-name": ["aws:iam/role:Role", "name"],
  "iam --policy-name": ["aws:iam/rolePolicy:RolePolicy", "name"],
};

/** The names in a command, with what they are looked up by. */
export function namesIn(command: string): readonly (readonly [by: string, name: string])[] {
  const service = command.split(" ")[1] ?? "";
  const flags = [...command.matchAll(/(--[a-z-]+|tail) (\/?[a-z/]*s3-to-s3express-sync[a-z0-9-]*)/g)];
  return flags.map(([, flag = "", name = ""]) => [`${service} ${flag}`, name]);
}
