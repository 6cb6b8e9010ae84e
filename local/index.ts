/**
 * The local cloud for programs and tests, what the package exports as `s3-express-sync/local`: `startCloud` is the one way in, everything else is
 * reached from the `Cloud` it resolves to. Documented, with an example that is run, in docs/local-cloud.md.
 */
export { startCloud, type Cloud, type CloudOptions } from "./cloud";
export type { CloudWatch } from "./cloudwatch";
export type { Dimension } from "./cloudwatch/metric-store";
export type { Network, Route } from "./ec2/network";
export type { Ecs, TaskInfo } from "./ecs";
export type {
  ContainerDefinition,
  EcsTiming,
  LastStatus,
  LogConfiguration,
  NewTaskDefinition,
  SpotAvailability,
  StopCode,
} from "./ecs/model";
export type { BucketOption } from "./furnish";
export type { Clock, Timer } from "./http/clock";
export type { FaultAction, FaultPoint, FaultRule, TextMatch, When } from "./http/fault-rules";
export type { Fault, Faults, FaultState, Held } from "./http/faults";
export type { Certificate } from "./http/front";
export type { Principals } from "./http/principals";
export type { Counter, LogEntry, LogFilter, RequestLog } from "./http/request-log";
export type { Principal } from "./http/service";
export type { KeyInput, KeyState, Kms } from "./kms";
export type { Lambda } from "./lambda";
export type { FunctionInput, Invocation } from "./lambda/function";
export type { FunctionError, Outcome } from "./lambda/sandbox";
export type { LoggedLine, Logs, LogsOptions } from "./logs";
export type { QueueNotification } from "./notification";
export type { OutputLine } from "./process/output";
export type { Quotas } from "./quotas";
export type { AdminObject, Content, DeliveryMode, Latency, PutOptions, S3Admin } from "./s3";
export type { AdminVersion, OpenUpload } from "./s3/admin";
export type { DefaultEncryption, LifecycleRule } from "./s3/bucket-config";
export type { Encryption } from "./s3/model";
export type { Policy } from "./s3/world";
export type { RuleInfo, RuleInput, Schedule } from "./schedule";
export type { PeekedMessage, QueueAdmin, Sqs } from "./sqs";
export type { Message, MessageAttributes, MessageAttributeValue, MessageState } from "./sqs/message";
export type { Depth, Hardness, QueueActivity, QueueChange } from "./sqs/queue-types";
