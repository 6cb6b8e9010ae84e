/** Connects a bucket to queues, the way PutBucketNotificationConfiguration does. */
import { callInternally } from "./http/internal-call";
import type { Service } from "./http/service";

export interface QueueNotification {
  readonly queueArn: string;
  /** "s3:ObjectCreated:*", ... */
  readonly events: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
}

/** Replaces the bucket's whole document; each queue gets a TestEvent first. @throws CloudError as the API call would */
export async function putNotification(
  s3: Service,
  bucket: string,
  queues: readonly QueueNotification[],
): Promise<void> {
  const body = `<NotificationConfiguration>${queues.map(element).join("")}</NotificationConfiguration>`;
  await callInternally(s3, { method: "PUT", path: `/${bucket}`, query: "notification", body });
}

function element({ queueArn, events, prefix, suffix }: QueueNotification): string {
  const rules = Object.entries({ prefix, suffix })
    .map(([name, value]) =>
      value === undefined ? "" : `<FilterRule><Name>${name}</Name><Value>${escaped(value)}</Value></FilterRule>`,
    )
    .join("");
  return (
    `<QueueConfiguration><Queue>${queueArn}</Queue>${events.map((event) => `<Event>${event}</Event>`).join("")}` +
    `${rules === "" ? "" : `<Filter><S3Key>${rules}</S3Key></Filter>`}</QueueConfiguration>`
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);
}
