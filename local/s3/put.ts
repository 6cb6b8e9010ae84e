/** PutObject. API PutObject. */
import type { Reply } from "../http/service";
import { attributesFrom, encryptionHeaders } from "./attributes";
import { storeBody } from "./body";
import type { Call } from "./call";
import { checksumHeader } from "./checksums";
import { checkWrite } from "./conditions";
import { requireKms } from "./encryption";
import { commit, currentVersion, versionHeader } from "./versions";
import { randomEtag } from "./world";

export async function putObject(call: Call): Promise<Reply> {
  const { world, rules, key } = call;
  const bucket = call.bucket();
  const attributes = attributesFrom(call.request.headers, rules, bucket.encryption);
  requireKms(call, attributes.encryption);
  const guard = checkWrite(call.request.headers, currentVersion(bucket, key));
  const body = await storeBody(call, rules.etag === "md5");
  try {
    call.bucket();
    guard(currentVersion(bucket, key));
  } catch (error) {
    world.blobs.release(body.extents);
    throw error;
  }
  const object = commit(world, bucket, {
    ...attributes,
    isDeleteMarker: false,
    key,
    etag: rules.etag === "md5" && body.md5 !== undefined ? body.md5 : randomEtag(world),
    size: body.size,
    lastModifiedMs: world.clock.now(),
    extents: body.extents,
    // UG checking-object-integrity: S3 adds a CRC64NVME where the client sent no checksum. Computed when asked for.
    checksum: body.checksum ?? { algorithm: "CRC64NVME", type: "FULL_OBJECT" },
    md5: body.md5,
    parts: undefined,
    restored: false,
    currentTags: attributes.tags,
  });
  world.notifier.created(call.request, bucket, object, "Put");
  const checksum = object.checksum;
  return {
    status: 200,
    headers: {
      etag: `"${object.etag}"`,
      ...versionHeader(bucket, object),
      ...encryptionHeaders(object.encryption),
      ...(checksum?.value === undefined
        ? {}
        : { [checksumHeader(checksum.algorithm)]: checksum.value, "x-amz-checksum-type": checksum.type }),
    },
  };
}
