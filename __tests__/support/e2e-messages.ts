/** Messages as S3, a backfill or an impostor would send them. */
import { encodeEventKey } from "../../core/keys";

const AT = "2026-02-03T04:05:06.789Z";

/** An S3 event record in a message of its own. */
export function eventMessage(
  bucket: string,
  key: string,
  eventName = "ObjectCreated:Put",
  object: object = {},
): string {
  return JSON.stringify({
    Records: [
      {
        eventVersion: "2.6",
        eventSource: "aws:s3",
        awsRegion: "eu-north-1",
        eventTime: AT,
        eventName,
        s3: {
          s3SchemaVersion: "1.0",
          bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
          object: { key: encodeEventKey(key), sequencer: "0061", ...object },
        },
      },
    ],
  });
}

/** Our own envelope; a backfill's unless told otherwise. */
export function envelope(keys: readonly string[], fields: object = {}): string {
  return JSON.stringify({
    v: 1,
    kind: "keys",
    failures: 0,
    eventTime: Date.parse(AT),
    firstSeen: Date.parse(AT),
    origin: "backfill",
    keys: keys.map((key) => ({ key })),
    ...fields,
  });
}
