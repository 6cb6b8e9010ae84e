/** The payload of a request: empty, read whole, or a stream that is checked while it flows. */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Readable, Transform, type TransformCallback } from "node:stream";
import { AwsChunkedDecoder } from "./aws-chunked";
import { CloudError } from "./service";

const EMPTY: Readonly<Record<string, string>> = {};

export interface Payload {
  readonly body: Readable;
  readonly trailers: Readonly<Record<string, string>>;
}

/** Whether a request announces a payload at all. */
export function hasPayload(req: IncomingMessage): boolean {
  const length = req.headers["content-length"];
  return req.headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

/** A payload that is in memory already. */
export function fromBuffer(data: Buffer): Payload {
  return { body: data.length === 0 ? emptyStream() : Readable.from([data], { objectMode: false }), trailers: EMPTY };
}

/**
 * S3: the payload as a stream, without framing; fails with XAmzContentSHA256Mismatch (400) at its end if it is not what was signed.
 * @param payloadHash `x-amz-content-sha256`
 */
export function streamPayload(req: IncomingMessage, payloadHash: string): Payload {
  if (payloadHash.startsWith("STREAMING-")) {
    const announced = req.headers["x-amz-decoded-content-length"];
    const decoder = new AwsChunkedDecoder(typeof announced === "string" ? Number(announced) : undefined);
    return { body: join(req, decoder), trailers: decoder.trailers };
  }
  if (!hasPayload(req) || payloadHash === "UNSIGNED-PAYLOAD") return { body: req, trailers: EMPTY };
  return { body: join(req, new HashCheck(payloadHash)), trailers: EMPTY };
}

function emptyStream(): Readable {
  return new Readable({
    read() {
      this.push(null);
    },
  });
}

/** `pipe` that also passes failure on: a client that went away must fail the reader, not leave it waiting. */
function join(req: IncomingMessage, through: Transform): Readable {
  req.pipe(through);
  const gone = () => {
    if (!req.complete)
      through.destroy(new CloudError(400, "IncompleteBody", "The connection ended before the payload did."));
  };
  req.once("error", gone);
  req.once("close", gone);
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
