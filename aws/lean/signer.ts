/**
 * Signature Version 4 for the hot calls. Source: IAM User Guide "Create a signed AWS API request".
 *
 * The SDK's signer spends most of its time on what never changes from one request to the next; here the signing key lives for a
 * day per credentials, and a request costs one SHA-256 and one HMAC. Everything is in wire form (latin1), so a header is signed
 * by its bytes, whatever they mean.
 */
import { createHash, createHmac } from "node:crypto";

export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface ToSign {
  readonly method: string;
  /** Percent-encoded as it is sent; S3 takes it as it is, other services only have "/". */
  readonly path: string;
  /** Sorted and percent-encoded; "" for none. */
  readonly query: string;
  /** All headers to send, names in lower case, `host` among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hex, or UNSIGNED-PAYLOAD. */
  readonly payloadHash: string;
}

export interface Signer {
  /** The headers to send: those given, the date, the token and the signature. */
  sign(request: ToSign, credentials: SigningCredentials, nowMs: number): Readonly<Record<string, string>>;
}

export interface SignerOptions {
  readonly region: string;
  /** Signing name: s3, s3express, sqs. */
  readonly service: string;
  /** How the credentials' token is sent: `x-amz-s3session-token` for a session of a directory bucket. */
  readonly tokenHeader?: string;
}

export const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const ALGORITHM = "AWS4-HMAC-SHA256";

export function sha256Hex(data: string | Buffer): string {
  const hash = createHash("sha256");
  return (typeof data === "string" ? hash.update(data, "latin1") : hash.update(data)).digest("hex");
}

export function makeSigner({ region, service, tokenHeader = "x-amz-security-token" }: SignerOptions): Signer {
  let cached: { readonly id: string; readonly key: Buffer } | undefined;
  let clock = { second: -1, date: "", time: "" };

  function signingKey({ accessKeyId, secretAccessKey }: SigningCredentials, date: string): Buffer {
    // By the secret, too: the same id with another secret is another key.
    const id = `${date} ${accessKeyId} ${secretAccessKey}`;
    if (cached?.id !== id) {
      const steps = [date, region, service, "aws4_request"];
      const key = steps.reduce<Buffer | string>((by, text) => hmac(by, text), `AWS4${secretAccessKey}`);
      cached = { id, key: key as Buffer };
    }
    return cached.key;
  }

  function timeOf(nowMs: number): { readonly date: string; readonly time: string } {
    const second = Math.floor(nowMs / 1000);
    if (second !== clock.second) {
      const time = `${new Date(second * 1000).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
      clock = { second, time, date: time.slice(0, 8) };
    }
    return clock;
  }

  return {
    sign({ method, path, query, headers, payloadHash }, credentials, nowMs) {
      const { date, time } = timeOf(nowMs);
      const all: Record<string, string> = { ...headers, "x-amz-date": time };
      if (service !== "sqs") all["x-amz-content-sha256"] = payloadHash;
      if (credentials.sessionToken !== undefined) all[tokenHeader] = credentials.sessionToken;
      const names = Object.keys(all).sort();
      const signed = names.join(";");
      let canonical = `${method}\n${path}\n${query}\n`;
      for (const name of names) canonical += `${name}:${canonicalValue(all[name] ?? "")}\n`;
      canonical += `\n${signed}\n${payloadHash}`;
      const scope = `${date}/${region}/${service}/aws4_request`;
      const text = `${ALGORITHM}\n${time}\n${scope}\n${sha256Hex(canonical)}`;
      const signature = createHmac("sha256", signingKey(credentials, date)).update(text).digest("hex");
      all["authorization"] =
        `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
      return all;
    },
  };
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/** Blanks around are dropped and runs of them are one. */
function canonicalValue(value: string): string {
  return value.includes(" ") ? value.trim().replace(/ +/g, " ") : value;
}
