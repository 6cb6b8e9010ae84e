/** What a run would have cost on AWS: its requests and bytes, and the worker's time. Pure. */
import { PRICES } from "../../cli/cost/built-in-prices";
import { type Item, ITEMS } from "../../cli/cost/prices";

const PRICE_REGION = "us-east-1";
const WRITES = ["CopyObject", "UploadPartCopy", "CreateMultipartUpload", "CompleteMultipartUpload"];
const QUEUE = ["ReceiveMessage", "DeleteMessageBatch", "ChangeMessageVisibilityBatch", "SendMessageBatch"];
/** Of the task: 2 vCPU and 4 GB; four of five run on Spot. */
const TASK = { cpus: 2, gigabytes: 4, spotShare: 0.8 };

export interface Used {
  readonly requests: Readonly<Record<string, number>>;
  readonly bytesCopied: number;
  /** All workers together. */
  readonly workerSeconds: number;
}

/** At list prices without the free tier. HEADs are counted as the source's, lists as of the source's price, which is the higher one. */
export function dollarsOf({ requests, bytesCopied, workerSeconds }: Used): number {
  const sum = (names: readonly string[]): number => names.reduce((total, name) => total + (requests[name] ?? 0), 0);
  const hours = workerSeconds / 3600;
  const spot = hours * TASK.spotShare;
  const onDemand = hours - spot;
  return (
    priced("expressWrites", sum(WRITES)) +
    priced("expressUpload", bytesCopied / 1e9) +
    priced("sourceReads", sum(["HeadObject"])) +
    priced("sourceLists", sum(["ListObjectsV2"])) +
    priced("queueRequests", sum(QUEUE)) +
    priced("spotCpu", spot * TASK.cpus) +
    priced("spotMemory", spot * TASK.gigabytes) +
    priced("onDemandCpu", onDemand * TASK.cpus) +
    priced("onDemandMemory", onDemand * TASK.gigabytes) +
    priced("publicAddress", hours)
  );
}

function priced(item: Item, units: number): number {
  const prices = PRICES[PRICE_REGION];
  return prices === undefined ? 0 : (units / ITEMS[item].per) * prices[item];
}
