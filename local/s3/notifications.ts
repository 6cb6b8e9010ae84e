/** Events of general purpose buckets, in S3's own record shape and in EventBridge's. UG notification-content-structure, ev-events. */
import type { Clock } from "../http/clock";
import { randomHex, randomUuid, type Random } from "../http/random";
import type { CloudRequest, Reply } from "../http/service";
import { readXml } from "./body";
import { supported } from "./buckets";
import type { Call } from "./call";
import type { Delivery } from "./delivery";
import { s3Error } from "./errors";
import type { Bucket, StoredObject } from "./model";
import { configurationDocument, isWanted, parseConfiguration } from "./notification-config";
import { formEncode } from "./paging";

export interface NotifierOptions {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly delivery: Delivery;
}

interface ObjectEvent {
  /** Without "s3:". */
  readonly name: string;
  readonly bucket: Bucket;
  readonly key: string;
  readonly versionId: string | undefined;
  /** Of creations and restores; removals carry neither size nor ETag. */
  readonly object: StoredObject | undefined;
  /** Undefined: S3 did it by itself. */
  readonly request: CloudRequest | undefined;
}

export class Notifier {
  private sequence = 0n;

  constructor(private readonly options: NotifierOptions) {}

  created(
    request: CloudRequest | undefined,
    bucket: Bucket,
    object: StoredObject,
    how: "Put" | "Copy" | "CompleteMultipartUpload",
  ): void {
    this.emit({
      name: `ObjectCreated:${how}`,
      bucket,
      key: object.key,
      versionId: versionOf(bucket, object),
      object,
      request,
    });
  }

  removed(
    request: CloudRequest | undefined,
    bucket: Bucket,
    key: string,
    versionId: string | undefined,
    how: "Delete" | "DeleteMarkerCreated",
  ): void {
    this.emit({ name: `ObjectRemoved:${how}`, bucket, key, versionId, object: undefined, request });
  }

  /** Lifecycle's removals are an event type of their own. UG lifecycle-configure-notification. */
  expired(bucket: Bucket, key: string, versionId: string | undefined, how: "Delete" | "DeleteMarkerCreated"): void {
    this.emit({ name: `LifecycleExpiration:${how}`, bucket, key, versionId, object: undefined, request: undefined });
  }

  restored(bucket: Bucket, object: StoredObject): void {
    this.emit({
      name: "ObjectRestore:Completed",
      bucket,
      key: object.key,
      versionId: versionOf(bucket, object),
      object,
      request: undefined,
    });
  }

  /**
   * The flat message that S3 sends when a configuration is set.
   * @throws InvalidArgument when the queue does not take it
   */
  async sendTestEvent(bucket: Bucket, queueArn: string): Promise<void> {
    const body = JSON.stringify({
      Service: "Amazon S3",
      Event: "s3:TestEvent",
      Time: new Date(this.options.clock.now()).toISOString(),
      Bucket: bucket.name,
      RequestId: randomHex(this.options.random, 16).toUpperCase(),
      HostId: randomHex(this.options.random, 32),
    });
    try {
      await this.options.delivery.sendNow(queueArn, body);
    } catch {
      throw s3Error("InvalidArgument", "Unable to validate the following destination configurations", {
        details: {
          ArgumentName1: queueArn,
          ArgumentValue1: "The destination queue does not exist or does not let S3 send to it",
        },
      });
    }
  }

  private emit(event: ObjectEvent): void {
    const { delivery } = this.options;
    const { queues, eventBridge } = event.bucket.notifications;
    if (queues.length === 0 && !eventBridge) return;
    const sequencer = this.nextSequencer();
    for (const queue of queues) {
      if (!isWanted(queue, `s3:${event.name}`, event.key)) continue;
      delivery.send(queue.queueArn, JSON.stringify({ Records: [this.record(event, queue.id, sequencer)] }));
    }
    if (eventBridge) delivery.sendToEventBridge(this.eventBridgeEvent(event, sequencer));
  }

  private record(event: ObjectEvent, configurationId: string, sequencer: string): unknown {
    const { region, accountId, clock, random } = this.options;
    const { object, bucket } = event;
    return {
      eventVersion: "2.1",
      eventSource: "aws:s3",
      awsRegion: region,
      eventTime: new Date(clock.now()).toISOString(),
      eventName: event.name,
      userIdentity: {
        principalId: event.request === undefined ? "s3.amazonaws.com" : `AWS:${event.request.principal.accessKeyId}`,
      },
      requestParameters: { sourceIPAddress: event.request === undefined ? "s3.amazonaws.com" : "127.0.0.1" },
      responseElements: {
        "x-amz-request-id": event.request?.id ?? randomHex(random, 16).toUpperCase(),
        "x-amz-id-2": randomHex(random, 32),
      },
      s3: {
        s3SchemaVersion: "1.0",
        configurationId,
        bucket: { name: bucket.name, ownerIdentity: { principalId: accountId }, arn: `arn:aws:s3:::${bucket.name}` },
        object: {
          key: formEncode(event.key),
          ...(object === undefined ? {} : { size: object.size, eTag: object.etag }),
          ...(event.versionId === undefined ? {} : { versionId: event.versionId }),
          sequencer,
        },
      },
      ...(event.name.startsWith("ObjectRestore:")
        ? {
            glacierEventData: {
              restoreEventData: {
                lifecycleRestorationExpiryTime: "2100-12-31T00:00:00.000Z",
                lifecycleRestoreStorageClass: object?.storageClass,
              },
            },
          }
        : {}),
    };
  }

  /** EventBridge's shape does not encode the key. */
  private eventBridgeEvent(event: ObjectEvent, sequencer: string): unknown {
    const { region, accountId, clock, random } = this.options;
    const { object, bucket } = event;
    const [group = "", how = ""] = event.name.split(":");
    const isDeletion = group === "ObjectRemoved" || group === "LifecycleExpiration";
    const detailType = isDeletion
      ? "Object Deleted"
      : group === "ObjectRestore"
        ? "Object Restore Completed"
        : "Object Created";
    return {
      version: "0",
      id: randomUuid(random),
      "detail-type": detailType,
      source: "aws.s3",
      account: accountId,
      time: `${new Date(clock.now()).toISOString().slice(0, 19)}Z`,
      region,
      resources: [`arn:aws:s3:::${bucket.name}`],
      detail: {
        version: "0",
        bucket: { name: bucket.name },
        object: {
          key: event.key,
          ...(object === undefined ? {} : { size: object.size, etag: object.etag }),
          ...(event.versionId === undefined ? {} : { "version-id": event.versionId }),
          sequencer,
        },
        "request-id": event.request?.id ?? randomHex(random, 16).toUpperCase(),
        requester: event.request === undefined ? "s3.amazonaws.com" : accountId,
        ...(event.request === undefined ? {} : { "source-ip-address": "127.0.0.1" }),
        reason: reasonOf(group, how),
        ...(isDeletion ? { "deletion-type": how === "Delete" ? "Permanently Deleted" : "Delete Marker Created" } : {}),
      },
    };
  }

  /** Hexadecimal, growing with every event of this cloud. */
  private nextSequencer(): string {
    const now = BigInt(Math.max(0, Math.floor(this.options.clock.now()))) << 20n;
    this.sequence = now > this.sequence ? now : this.sequence + 1n;
    return this.sequence.toString(16).toUpperCase().padStart(18, "0");
  }
}

export function getNotifications(call: Call): Reply {
  const bucket = call.bucket();
  supported(call.rules.notifications);
  return {
    status: 200,
    headers: { "content-type": "application/xml" },
    body: configurationDocument(bucket.notifications),
  };
}

/** Replaces the whole document, after every queue has taken a test event. */
export async function putNotifications(call: Call): Promise<Reply> {
  const bucket = call.bucket();
  supported(call.rules.notifications);
  const { world } = call;
  const configuration = parseConfiguration(await readXml(call), world.region, () => randomUuid(world.random));
  if (call.header("x-amz-skip-destination-validation") !== "true") {
    for (const queueArn of new Set(configuration.queues.map((queue) => queue.queueArn))) {
      await world.notifier.sendTestEvent(bucket, queueArn);
    }
  }
  bucket.notifications = configuration;
  world.journal.bucket(bucket);
  return { status: 200 };
}

function versionOf(bucket: Bucket, object: StoredObject): string | undefined {
  return bucket.versioning === undefined ? undefined : object.versionId;
}

function reasonOf(group: string, how: string): string {
  if (group === "ObjectRemoved") return "DeleteObject";
  if (group === "LifecycleExpiration") return "Lifecycle Expiration";
  if (group === "ObjectRestore") return "RestoreObject";
  return how === "Put" ? "PutObject" : how === "Copy" ? "CopyObject" : how;
}
