/**
 * Takes the `aws-chunked` framing off a payload: `SIZE[;chunk-signature=...]CRLF DATA CRLF ... 0[;...]CRLF trailers CRLF`.
 * Source: S3 API "Signature calculations: transferring a payload in multiple chunks" and "... including trailing headers".
 * The chunk signatures themselves are not checked (the seed signature in the Authorization header is); sizes and framing are.
 */
import { Transform, type TransformCallback } from "node:stream";
import { CloudError } from "./service";

const MAX_LINE = 16 * 1024;

export class AwsChunkedDecoder extends Transform {
  /** Filled when the last chunk has been read. */
  readonly trailers: Record<string, string> = {};
  private state: "size" | "data" | "data-end" | "trailer" | "end" = "size";
  private line = "";
  private left = 0;
  private decoded = 0;

  /** @param decodedLength `x-amz-decoded-content-length`; undefined = not announced. */
  constructor(private readonly decodedLength: number | undefined) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.decode(chunk);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    const whole = this.state === "trailer" || this.state === "end";
    if (!whole || (this.decodedLength !== undefined && this.decoded !== this.decodedLength)) {
      done(incomplete());
      return;
    }
    if (this.line !== "") this.trailer(this.line);
    done();
  }

  private decode(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.state === "data") {
        const end = Math.min(chunk.length, at + this.left);
        this.push(chunk.subarray(at, end));
        this.decoded += end - at;
        this.left -= end - at;
        at = end;
        if (this.left === 0) this.state = "data-end";
        continue;
      }
      const newline = chunk.indexOf(0x0a, at);
      const end = newline < 0 ? chunk.length : newline;
      this.line += chunk.toString("latin1", at, end);
      if (this.line.length > MAX_LINE) throw malformed();
      at = end + 1;
      if (newline >= 0) {
        const line = this.line.endsWith("\r") ? this.line.slice(0, -1) : this.line;
        this.line = "";
        this.endOfLine(line);
      }
    }
  }

  private endOfLine(line: string): void {
    if (this.state === "data-end") {
      if (line !== "") throw malformed();
      this.state = "size";
    } else if (this.state === "size") {
      const semicolon = line.indexOf(";");
      const size = semicolon < 0 ? line : line.slice(0, semicolon);
      if (!/^[0-9a-fA-F]{1,12}$/.test(size)) throw malformed();
      this.left = Number.parseInt(size, 16);
      this.state = this.left === 0 ? "trailer" : "data";
    } else if (this.state === "trailer") {
      if (line === "") this.state = "end";
      else this.trailer(line);
    }
  }

  private trailer(line: string): void {
    const colon = line.indexOf(":");
    if (colon > 0) this.trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
}

function malformed(): CloudError {
  return new CloudError(400, "InvalidChunkSizeError", "The aws-chunked framing of the payload is malformed.");
}

function incomplete(): CloudError {
  return new CloudError(
    400,
    "IncompleteBody",
    "You did not provide the number of bytes specified by the x-amz-decoded-content-length header.",
  );
}
