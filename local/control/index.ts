/**
 * The control endpoint: drives and watches a running cloud from another process. JSON, unsigned, only from this machine; same port.
 *
 * | request                                   | does |
 * | ----------------------------------------- | ---- |
 * | GET    /_cloud/health                     | what runs here: status, region, accountId, seed, services |
 * | GET    /_cloud/faults                     | rules with `seen` (requests that matched) and `hits` (requests acted on) |
 * | POST   /_cloud/faults                     | adds the rule in the payload (`FaultRule` of local/http/fault-rules.ts); every field that is unknown or wrong is named; answers its name |
 * | DELETE /_cloud/faults                     | removes all rules |
 * | DELETE /_cloud/faults/NAME                | removes one |
 * | GET    /_cloud/requests                   | log entries; filters: service, operation (repeatable), principal, resource, key, status, errorCode, since |
 * | GET    /_cloud/requests/counters          | requests and errors by principal and operation |
 * | DELETE /_cloud/requests                   | forgets entries and counters |
 * | GET    /_cloud/tasks                      | all tasks; filters: family, lastStatus |
 * | GET    /_cloud/tasks/ID/output            | the task's last lines |
 * | POST   /_cloud/tasks/ID/interrupt         | Spot interruption: SIGTERM, SIGKILL after the stop timeout |
 * | POST   /_cloud/tasks/ID/kill              | SIGKILL |
 * | GET    /_cloud/spot, PUT /_cloud/spot     | `{ "availability": "ok" \| "failures" \| "exception" \| "dies-before-running" }` |
 * | GET    /_cloud/queues                     | queues with their exact depth |
 * | GET    /_cloud/queues/NAME/messages       | all messages of a queue with their state |
 * | GET    /_cloud/delivery                   | how notifications travel: mode, waiting, counters |
 * | PUT    /_cloud/delivery                   | replaces the mode: `{ "delayMs": [LEAST, MOST], "duplicate": SHARE, "reorder": SHARE }` |
 * | POST   /_cloud/delivery/flush             | hands over every notification that waits, now |
 * | GET    /_cloud/latency, PUT /_cloud/latency | how long S3 takes (`Latency` of local/s3/world.ts); changes what is given |
 * | GET    /_cloud/buckets                    | their names |
 * | POST   /_cloud/buckets/NAME/sleep         | `{ "ms": N }`: a directory bucket answers 503 for so long, from the next request on |
 * | DELETE /_cloud/sessions                   | ends the sessions of S3, or of `?bucket=NAME` |
 *
 * Example: `curl -d '{"operation":"CopyObject","times":3,"action":{"type":"throttle"}}' http://127.0.0.1:PORT/_cloud/faults`
 */
import type { Ecs, SpotAvailability } from "../ecs";
import { parseRule } from "../http/fault-rule-json";
import type { Faults } from "../http/faults";
import { json, type PlainHandler, type PlainRequest } from "../http/front";
import type { LogFilter, RequestLog } from "../http/request-log";
import { CloudError, type Reply } from "../http/service";
import type { S3Admin } from "../s3";
import type { Sqs } from "../sqs";
import { payload } from "./payload";
import { buckets, delivery, latency, sessions } from "./s3";

const SPOT: readonly SpotAvailability[] = ["ok", "failures", "exception", "dies-before-running"];

export interface Controlled {
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly s3: S3Admin;
  readonly ecs: Ecs;
  readonly sqs: Sqs;
  /** What GET /_cloud/health shows besides `status`. */
  readonly about: () => Readonly<Record<string, unknown>>;
}

export function controlHandler(cloud: Controlled): PlainHandler {
  return (request) => {
    const [area = "", ...rest] = request.path.slice(1).split("/").map(decodeURIComponent);
    switch (area) {
      case "health":
        return json(200, { status: "ok", ...cloud.about() });
      case "faults":
        return faults(cloud, request, rest[0]);
      case "requests":
        return requests(cloud, request, rest[0]);
      case "tasks":
        return tasks(cloud, request, rest[0], rest[1]);
      case "spot":
        return spot(cloud, request);
      case "queues":
        return queues(cloud, rest[0], rest[1]);
      case "delivery":
        return delivery(cloud.s3, request, rest[0]);
      case "latency":
        return latency(cloud.s3, request);
      case "buckets":
        return buckets(cloud.s3, request, rest[0], rest[1]);
      case "sessions":
        return sessions(cloud.s3, request);
      default:
        return undefined;
    }
  };
}

async function faults(
  { faults }: Controlled,
  request: PlainRequest,
  name: string | undefined,
): Promise<Reply | undefined> {
  switch (request.method) {
    case "GET":
      return json(200, { faults: faults.list() });
    case "POST":
      return json(201, { name: faults.add(parseRule(await payload(request))).name });
    case "DELETE":
      if (name === undefined) faults.clear();
      else if (!faults.remove(name)) return undefined;
      return json(200, {});
    default:
      return undefined;
  }
}

function requests({ log }: Controlled, { method, query }: PlainRequest, view: string | undefined): Reply | undefined {
  if (method === "DELETE") {
    log.clear();
    return json(200, {});
  }
  return view === "counters"
    ? json(200, { counters: log.counters() })
    : json(200, { requests: log.entries(filterOf(query)) });
}

function filterOf(query: URLSearchParams): LogFilter {
  const operations = query.getAll("operation");
  const filter: Record<string, unknown> = operations.length > 0 ? { operation: operations } : {};
  for (const name of ["service", "principal", "resource", "key", "errorCode"]) {
    const value = query.get(name);
    if (value !== null) filter[name] = value;
  }
  for (const name of ["status", "since"]) {
    const value = query.get(name);
    if (value !== null) filter[name] = Number(value);
  }
  return filter;
}

function tasks(
  { ecs }: Controlled,
  { method, query }: PlainRequest,
  id: string | undefined,
  verb: string | undefined,
): Reply | undefined {
  if (id === undefined) {
    const family = query.get("family");
    const lastStatus = query.get("lastStatus");
    const found = ecs.tasks(family === null ? {} : { family });
    return json(200, { tasks: found.filter((task) => lastStatus === null || task.lastStatus === lastStatus) });
  }
  if (method === "GET" && verb === "output") return json(200, { lines: ecs.output(id) });
  if (method === "GET" && verb === undefined) return json(200, { task: ecs.task(id) });
  if (method !== "POST") return undefined;
  if (verb === "interrupt") ecs.interruptSpot(id);
  else if (verb === "kill") ecs.kill(id);
  else return undefined;
  return json(200, { task: ecs.task(id) });
}

async function spot({ ecs }: Controlled, request: PlainRequest): Promise<Reply> {
  if (request.method === "PUT") {
    const input = (await payload(request)) as { readonly availability?: unknown } | null;
    const chosen = SPOT.find((known) => known === input?.availability);
    if (chosen === undefined)
      throw new CloudError(400, "InvalidRequest", `availability must be one of ${SPOT.join(", ")}`);
    ecs.spotAvailability = chosen;
  }
  return json(200, { availability: ecs.spotAvailability });
}

function queues({ sqs }: Controlled, name: string | undefined, view: string | undefined): Reply | undefined {
  if (name === undefined) {
    return json(200, { queues: sqs.queues().map((queue) => ({ name: queue.name, url: queue.url, ...queue.depth() })) });
  }
  return view === "messages" ? json(200, { messages: sqs.queue(name).peek() }) : undefined;
}
