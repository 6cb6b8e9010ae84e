/** What a run would have cost on AWS: its requests and bytes, and the worker's time. Pure. */
import { PRICES } from "../../cli/cost/built-in-prices";
import { type Item, ITEMS } from "../../cli/cost/prices";

const PRICE_REGION = "us-east-1";
const WRITES = ["CopyObject", "UploadPartCopy", "CreateMultipartUpload", "CompleteMultipartUpload"];
const QUEUE = ["ReceiveMessage", "DeleteMessageBatch", "ChangeMessageVisibilityBatch", "SendMessageBatch"];
/** Four of five workers run on Spot. */
const SPOT_SHARE = 0.8;

export interface TaskSize {
  /** vCPU */
  readonly cpus: number;
  readonly gigabytes: number;
}

/** What a worker gets when nothing is configured. */
const DEFAULT_TASK: TaskSize = { cpus: 2, gigabytes: 4 };

export interface Used {
  readonly requests: Readonly<Record<string, number>>;
  readonly bytesCopied: number;
  /** All workers together. */
  readonly workerSeconds: number;
  readonly task?: TaskSize;
}

/** At list prices without the free tier. HEADs are counted as the source's, lists as of the source's price, which is the higher one. */
export function dollarsOf({ requests, bytesCopied, workerSeconds, task = DEFAULT_TASK }: Used): number {
  const sum = (names: readonly string[]): number => names.reduce((total, name) => total + (requests[name] ?? 0), 0);
  const hours = workerSeconds / 3600;
  const spot = hours * SPOT_SHARE;
  const onDemand = hours - spot;
  return (
    priced("expressWrites", sum(WRITES)) +
    priced("expressUpload", bytesCopied / 1e9) +
    priced("sourceReads", sum(["HeadObject"])) +
    priced("sourceLists", sum(["ListObjectsV2"])) +
    priced("queueRequests", sum(QUEUE)) +
    priced("spotCpu", spot * task.cpus) +
    priced("spotMemory", spot * task.gigabytes) +
    priced("onDemandCpu", onDemand * task.cpus) +
    priced("onDemandMemory", onDemand * task.gigabytes) +
    priced("publicAddress", hours)
  );
}

function priced(item: Item, units: number): number {
  const prices = PRICES[PRICE_REGION];
  return prices === undefined ? 0 : (units / ITEMS[item].per) * prices[item];
}
