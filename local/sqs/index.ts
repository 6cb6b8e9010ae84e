/** SQS of the local cloud: the service for the front, and direct access to its queues for programs and tests. */
import type { CloudRequest, Service } from "../http/service";
import { sqsError } from "./errors";
import type { MessageAttributes, MessageState } from "./message";
import { MoveTasks } from "./move-tasks";
import { OPERATIONS } from "./operations";
import type { Depth, Hardness, Queue, QueueActivity, QueueChange } from "./queue";
import { QueueRegistry, type SqsOptions } from "./registry";
import { readCall, writeError, writeOutput, type Call } from "./wire";

export type { Depth, Hardness, QueueActivity, QueueChange } from "./queue";
export type { SqsOptions } from "./registry";

/** A message as it stands, for tests and demos: looking changes nothing. */
export interface PeekedMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly groupId: string | undefined;
  readonly state: MessageState;
  readonly receiveCount: number;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  /** When it will be visible, for a delayed or in-flight message; ms since the epoch. */
  readonly visibleAt: number | undefined;
  readonly deadLetterSourceArn: string | undefined;
}

export interface QueueAdmin {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  /** Answers the message id. */
  send(body: string, options?: { attributes?: MessageAttributes; groupId?: string; delaySeconds?: number }): string;
  /** Of the message that came here first and was not received more than three times; 0 without one. */
  oldestAgeMs(): number;
  /** Exact, whatever staleness the API shows. */
  depth(): Depth;
  peek(): PeekedMessage[];
  purge(): void;
  /** Resolves when nothing is left: not visible, not in flight, not delayed. */
  whenEmpty(): Promise<void>;
  setAttributes(attributes: Readonly<Record<string, string>>): void;
  /** Calls back at every change of a message, at the instant of the change; the answer ends that. */
  watch(watcher: (change: QueueChange) => void): () => void;
}

export interface Sqs {
  /** @internal Where requests for it go. */
  readonly service: Service;
  createQueue(name: string, attributes?: Readonly<Record<string, string>>): QueueAdmin;
  /** @throws CloudError QueueDoesNotExist */
  queue(name: string): QueueAdmin;
  queues(): QueueAdmin[];
  /** For S3 notifications. @throws CloudError QueueDoesNotExist */
  deliver(queueArn: string, body: string): void;
  /** Called once for each message sent to, received from or deleted in any queue; the answer ends that. */
  onActivity(listener: (queue: QueueAdmin, activity: QueueActivity) => void): () => void;
  /** Makes it harder or easier for consumers from now on. */
  harden(hardness: Partial<Omit<Hardness, "shuffle">>): void;
  /** Ends all long polls. */
  close(): void;
}

export function makeSqs(options: SqsOptions): Sqs {
  const listeners = new Set<(queue: QueueAdmin, activity: QueueActivity) => void>();
  const registry = new QueueRegistry(options, (queue, activity) => {
    for (const listener of listeners) listener(admin(queue), activity);
  });
  const admin = (queue: Queue): QueueAdmin => queueAdmin(queue, registry);
  return {
    service: sqsService(registry),
    createQueue: (name, attributes = {}) => admin(registry.create(name, attributes)),
    queue: (name) => admin(registry.get(name)),
    queues: () => registry.list().map(admin),
    deliver: (queueArn, body) => {
      const queue = registry.byArn(queueArn);
      if (queue === undefined) throw sqsError("QueueDoesNotExist", `There is no queue ${queueArn}.`);
      queue.send({ body, senderId: "AROALOCALS3" });
    },
    onActivity(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    harden: (hardness) => registry.harden(hardness),
    close: () => registry.close(),
  };
}

function sqsService(registry: QueueRegistry): Service {
  const moveTasks = new MoveTasks(registry);
  const calls = new WeakMap<CloudRequest, Call>();
  const callOf = (request: CloudRequest): Call | undefined => {
    const known = calls.get(request) ?? readCall(request);
    if (known !== undefined) calls.set(request, known);
    return known;
  };
  return {
    name: "sqs",
    route(request) {
      const call = callOf(request);
      if (call === undefined || OPERATIONS[call.operation] === undefined) return undefined;
      const resource = resourceOf(call);
      return { operation: call.operation, ...(resource !== undefined && { resource }) };
    },
    async handle(request, route) {
      const input = callOf(request)?.input ?? {};
      const operation = OPERATIONS[route.operation];
      if (operation === undefined) throw sqsError("InvalidAction", `The action ${route.operation} is not valid.`);
      const output = await operation(input, {
        registry,
        moveTasks,
        senderId: request.principal.accessKeyId,
        signal: request.signal,
      });
      return writeOutput(request, route.operation, output);
    },
    errorReply: writeError,
  };
}

function resourceOf({ input }: Call): string | undefined {
  const name = input["QueueUrl"] ?? input["QueueName"] ?? input["SourceArn"];
  return typeof name === "string" ? name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf(":")) + 1) : undefined;
}

function queueAdmin(queue: Queue, registry: QueueRegistry): QueueAdmin {
  return {
    name: queue.name,
    get url() {
      return registry.urlOf(queue);
    },
    arn: queue.arn,
    send: (body, options = {}) => queue.send({ body, ...options }).id,
    oldestAgeMs: () => queue.oldestAgeMs(),
    depth: () => queue.depth(),
    peek: () =>
      queue.all().map((message) => ({
        messageId: message.id,
        body: message.body,
        attributes: message.attributes,
        groupId: message.groupId,
        state: message.state,
        receiveCount: message.receiveCount,
        sentAt: message.sentAt,
        visibleAt: message.state === "ready" ? undefined : message.dueAt,
        deadLetterSourceArn: message.deadLetterSourceArn,
      })),
    purge: () => queue.purge(),
    whenEmpty: () => queue.whenEmpty(),
    setAttributes: (attributes) => registry.setAttributes(queue, attributes),
    watch: (watcher) => queue.watch(watcher),
  };
}
