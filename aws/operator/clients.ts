/** SDK clients for an operator's calls: each made when it is first used, all with the SDK's own retries. */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ECSClient } from "@aws-sdk/client-ecs";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { SQSClient } from "@aws-sdk/client-sqs";
import { STSClient } from "@aws-sdk/client-sts";
import { makeHandler } from "../agents";
import { QUEUE_ENDPOINT } from "../clients";

export interface OperatorClients {
  readonly cloudWatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
  readonly ec2: EC2Client;
  readonly ecs: ECSClient;
  readonly events: EventBridgeClient;
  readonly kms: KMSClient;
  readonly lambda: LambdaClient;
  readonly quotas: ServiceQuotasClient;
  readonly sqs: SQSClient;
  readonly sts: STSClient;
  destroy(): void;
}

/** Of one try; the SDK makes three. The longest that is asked for by ourselves is a long poll of some seconds. */
const TIMEOUT_MS = 20_000;
/** A synchronous invocation of the starter may be silent for a minute. */
const INVOCATION_TIMEOUT_MS = 90_000;
const SOCKETS = 16;

export function makeOperatorClients(region: string): OperatorClients {
  const made = new Map<string, { destroy(): void }>();
  const config = (timeoutMs = TIMEOUT_MS) => ({
    region,
    requestHandler: makeHandler({ maxSockets: SOCKETS, requestTimeoutMs: timeoutMs, socketTimeoutMs: timeoutMs }),
  });
  function once<C extends { destroy(): void }>(name: string, make: () => C): C {
    const known = made.get(name) as C | undefined;
    if (known !== undefined) return known;
    const client = make();
    made.set(name, client);
    return client;
  }
  return {
    get cloudWatch() {
      return once("cloudWatch", () => new CloudWatchClient(config()));
    },
    get logs() {
      return once("logs", () => new CloudWatchLogsClient(config()));
    },
    get ec2() {
      return once("ec2", () => new EC2Client(config()));
    },
    get ecs() {
      return once("ecs", () => new ECSClient(config()));
    },
    get events() {
      return once("events", () => new EventBridgeClient(config()));
    },
    get kms() {
      return once("kms", () => new KMSClient(config()));
    },
    get lambda() {
      return once("lambda", () => new LambdaClient(config(INVOCATION_TIMEOUT_MS)));
    },
    get quotas() {
      return once("quotas", () => new ServiceQuotasClient(config()));
    },
    get sqs() {
      return once("sqs", () => new SQSClient({ ...config(), ...QUEUE_ENDPOINT }));
    },
    get sts() {
      return once("sts", () => new STSClient(config()));
    },
    destroy() {
      for (const client of made.values()) client.destroy();
      made.clear();
    },
  };
}
