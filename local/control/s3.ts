/** What the control endpoint does to the simulated S3: how its events travel, how long it takes, and what it forgets. */
import { json, type PlainRequest } from "../http/front";
import { isObject, number, problemsOf, refuse, share, type Check, type Shape } from "../http/json-fields";
import type { Reply } from "../http/service";
import type { DeliveryMode, Latency, S3Admin } from "../s3";
import { payload } from "./payload";

const range: Check = (value) =>
  Array.isArray(value) && value.length === 2 && value.every((one) => number(one) === undefined) && value[0] <= value[1]
    ? undefined
    : "two numbers from 0, the smaller first";

const DELIVERY: Shape & { readonly fields: Record<keyof DeliveryMode, Check> } = {
  fields: { delayMs: range, duplicate: share, reorder: share },
};

/** Shows how notifications reach their queues, or replaces that; hands over what waits. */
export async function delivery(
  s3: S3Admin,
  request: PlainRequest,
  verb: string | undefined,
): Promise<Reply | undefined> {
  if (request.method === "PUT" && verb === undefined) {
    const mode = await payload(request);
    refuse(problemsOf(mode, DELIVERY, "delivery"));
    s3.setDelivery(mode as DeliveryMode);
  } else if (request.method === "POST" && verb === "flush") await s3.flushDeliveries();
  else if (request.method !== "GET" || verb !== undefined) return undefined;
  const { eventsSent = 0, eventsDuplicated = 0, eventsOvertaken = 0 } = s3.counters();
  const counters = { eventsSent, eventsDuplicated, eventsOvertaken };
  return json(200, { mode: s3.deliveryMode(), waiting: s3.pendingDeliveries(), counters });
}

/** Shows how long things take; changes what is given. */
export async function latency(s3: S3Admin, request: PlainRequest): Promise<Reply | undefined> {
  if (request.method === "PUT") {
    const change = await payload(request);
    refuse(problemsOf(change, { fields: likeNow(s3.latency()) }, "latency"));
    s3.setLatency(change as Partial<Latency>);
  } else if (request.method !== "GET") return undefined;
  return json(200, s3.latency());
}

/** `POST /_cloud/buckets/NAME/sleep`. */
export async function buckets(
  s3: S3Admin,
  request: PlainRequest,
  name: string | undefined,
  verb: string | undefined,
): Promise<Reply | undefined> {
  if (request.method === "GET" && name === undefined) return json(200, { buckets: s3.buckets() });
  if (request.method !== "POST" || name === undefined || verb !== "sleep") return undefined;
  const wish = await payload(request);
  refuse(problemsOf(wish, { fields: { ms: number }, needed: ["ms"] }, "sleep"));
  s3.sleep(name, (wish as { readonly ms: number }).ms);
  return json(200, {});
}

/** `DELETE /_cloud/sessions`, of one bucket or all. */
export function sessions(s3: S3Admin, { method, query }: PlainRequest): Reply | undefined {
  if (method !== "DELETE") return undefined;
  s3.expireSessions(query.get("bucket") ?? undefined);
  return json(200, {});
}

/** Whatever the model of latency knows can be set, with values like those it has: numbers, and tables of numbers. */
function likeNow(now: object): Readonly<Record<string, Check>> {
  const alike = Object.entries(now).map(([field, value]) => [field, isObject(value) ? table : number]);
  return { ...(Object.fromEntries(alike) as Record<string, Check>), speed: aboveZero };
}

/** Nothing can take the infinite part of its time. */
const aboveZero: Check = (value) => (typeof value === "number" && value > 0 ? undefined : "a number above 0");

const table: Check = (value) =>
  isObject(value) && Object.values(value).every((one) => number(one) === undefined)
    ? undefined
    : "an object of numbers from 0";
