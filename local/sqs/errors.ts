/**
 * Errors of SQS. The JSON protocol names the exception, the query protocol has an older code for some; the SDKs are told both
 * (`x-amzn-query-error`). Source: SQS service model (`awsQueryError` traits), SQS API Reference "Common Errors".
 */
import { CloudError } from "../http/service";

/** Exception name -> code of the query protocol and HTTP status, where they are not the name and 400. */
const QUERY_CODES: Readonly<Record<string, readonly [code: string, status: number]>> = {
  BatchEntryIdsNotDistinct: ["AWS.SimpleQueueService.BatchEntryIdsNotDistinct", 400],
  BatchRequestTooLong: ["AWS.SimpleQueueService.BatchRequestTooLong", 400],
  EmptyBatchRequest: ["AWS.SimpleQueueService.EmptyBatchRequest", 400],
  InvalidBatchEntryId: ["AWS.SimpleQueueService.InvalidBatchEntryId", 400],
  MessageNotInflight: ["AWS.SimpleQueueService.MessageNotInflight", 400],
  OverLimit: ["OverLimit", 403],
  PurgeQueueInProgress: ["AWS.SimpleQueueService.PurgeQueueInProgress", 403],
  QueueDoesNotExist: ["AWS.SimpleQueueService.NonExistentQueue", 400],
  QueueNameExists: ["QueueAlreadyExists", 400],
  ReceiptHandleIsInvalid: ["ReceiptHandleIsInvalid", 404],
  ResourceNotFoundException: ["ResourceNotFoundException", 404],
  TooManyEntriesInBatchRequest: ["AWS.SimpleQueueService.TooManyEntriesInBatchRequest", 400],
  UnsupportedOperation: ["AWS.SimpleQueueService.UnsupportedOperation", 400],
};

export function queryCode(name: string): string {
  return QUERY_CODES[name]?.[0] ?? name;
}

export function sqsError(name: string, message: string): CloudError {
  return new CloudError(QUERY_CODES[name]?.[1] ?? 400, name, message);
}

export function invalidValue(value: unknown, parameter: string, reason: string): CloudError {
  return sqsError(
    "InvalidParameterValue",
    `Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}`,
  );
}

export function missingParameter(parameter: string): CloudError {
  return sqsError("MissingParameter", `The request must contain the parameter ${parameter}.`);
}
