/** Which words are names of operations: those the SDK has a command for. */
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as ec2 from "@aws-sdk/client-ec2";
import * as ecs from "@aws-sdk/client-ecs";
import * as events from "@aws-sdk/client-eventbridge";
import * as kms from "@aws-sdk/client-kms";
import * as s3 from "@aws-sdk/client-s3";
import * as quotas from "@aws-sdk/client-service-quotas";
import * as sqs from "@aws-sdk/client-sqs";
import * as sts from "@aws-sdk/client-sts";

const CLIENTS = [cloudwatch, logs, ec2, ecs, events, kms, s3, quotas, sqs, sts];

export function isOperation(name: string): boolean {
  return CLIENTS.some((client) => `${name}Command` in client);
}
