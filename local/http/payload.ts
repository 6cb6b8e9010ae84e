/** The payload of a request: empty, read whole, or a stream that is checked while it flows. */
import { createHash } from "node:crypto";
import { Readable, Transform, type TransformCallback } from "node:stream";
import { AwsChunkedDecoder } from "./aws-chunked";
import { CloudError } from "./service";
import type { Wire } from "./wire";

const EMPTY: Readonly<Record<string, string>> = {};

export interface Payload {
  readonly body: Readable;
  readonly trailers: Readonly<Record<string, string>>;
}

/** A payload that is in memory already. */
export function fromBuffer(data: Buffer): Payload {
  return { body: data.length === 0 ? emptyStream() : Readable.from([data], { objectMode: false }), trailers: EMPTY };
}

/**
 * S3: the payload as a stream, without framing; fails with XAmzContentSHA256Mismatch (400) at its end if it is not what was signed.
 * @param payloadHash `x-amz-content-sha256`
 */
export function streamPayload(wire: Wire, payloadHash: string): Payload {
  if (payloadHash.startsWith("STREAMING-")) {
    const announced = wire.headers["x-amz-decoded-content-length"];
    const decoder = new AwsChunkedDecoder(typeof announced === "string" ? Number(announced) : undefined);
    return { body: join(wire, decoder), trailers: decoder.trailers };
  }
  if (wire.whole?.length === 0 || payloadHash === "UNSIGNED-PAYLOAD") return { body: wire.payload(), trailers: EMPTY };
  return { body: join(wire, new HashCheck(payloadHash)), trailers: EMPTY };
}

function emptyStream(): Readable {
  return new Readable({
    read() {
      this.push(null);
    },
  });
}

/** `pipe` that also passes failure on: a client that went away must fail the reader, not leave it waiting. */
function join(wire: Wire, through: Transform): Readable {
  const payload = wire.payload();
  // Nobody may be reading yet, or ever: whoever begins later is told then.
  through.on("error", () => undefined);
  const fail = () =>
    through.destroy(new CloudError(400, "IncompleteBody", "The connection ended before the payload did."));
  // Of a stream that has ended already nothing more is told.
  if (payload.destroyed) {
    fail();
    return through;
  }
  payload.pipe(through);
  const gone = () => {
    if (!wire.isComplete()) fail();
  };
  payload.once("error", gone);
  payload.once("close", gone);
  return through;
}

class HashCheck extends Transform {
  private readonly hash = createHash("sha256");

  constructor(private readonly expected: string) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.hash.update(chunk);
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    const actual = this.hash.digest("hex");
    if (actual === this.expected) done();
    else
      done(
        new CloudError(
          400,
          "XAmzContentSHA256Mismatch",
          "The provided 'x-amz-content-sha256' header does not match what was computed.",
          { ClientComputedContentSHA256: this.expected, S3ComputedContentSHA256: actual },
        ),
      );
  }
}

/**
 * Reads a stream to its end.
 * @throws CloudError RequestEntityTooLarge (413) beyond `limitBytes`.
 */
export async function readAll(body: Readable, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limitBytes)
      throw new CloudError(413, "RequestEntityTooLarge", `The payload is larger than ${limitBytes} bytes.`);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
}
