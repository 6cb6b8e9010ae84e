/**
 * Signature Version 4 for the hot calls. Source: IAM User Guide "Create a signed AWS API request".
 *
 * The SDK's signer spends most of its time on what never changes from one request to the next; here the signing key lives for a
 * day per credentials, and a request costs one SHA-256 and one HMAC. Everything is in wire form (latin1), so a header is signed
 * by its bytes, whatever they mean.
 */
import * as crypto from "node:crypto";

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
  /** All headers to send, names in lower case, `host` among them. What is made of frozen ones is kept for the next request. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hex, or UNSIGNED-PAYLOAD. */
  readonly payloadHash: string;
}

export interface Signer {
  /** The lines of a request's head: the headers given, the date, the token and, last, the signature. */
  signedLines(request: ToSign, credentials: SigningCredentials, nowMs: number): string;
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
  const bytes = typeof data === "string" && !ASCII.test(data) ? Buffer.from(data, "latin1") : data;
  // Node 20.12 and later: no object is made for it.
  return oneShot === undefined
    ? crypto.createHash("sha256").update(bytes).digest("hex")
    : oneShot("sha256", bytes, "hex");
}

/** Its bytes are the same in any encoding: it need not be copied. */
const ASCII = /^[\0-\x7f]*$/;

const oneShot = (crypto as { readonly hash?: typeof crypto.hash }).hash;

export function makeSigner({ region, service, tokenHeader = "x-amz-security-token" }: SignerOptions): Signer {
  let cached: { readonly date: string; readonly by: SigningCredentials; readonly key: Buffer } | undefined;
  let clock = { second: -1, date: "", time: "" };

  function signingKey(by: SigningCredentials, date: string): Buffer {
    // By the secret, too: the same id with another secret is another key.
    const isSame = cached?.by.secretAccessKey === by.secretAccessKey && cached.by.accessKeyId === by.accessKeyId;
    if (cached === undefined || !isSame || cached.date !== date) {
      const steps = [date, region, service, "aws4_request"];
      const key = steps.reduce<Buffer | string>((secret, text) => hmac(secret, text), `AWS4${by.secretAccessKey}`);
      cached = { date, by: { ...by }, key: key as Buffer };
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

  /** Reused: nothing is left of them when a request has been signed. */
  const names: string[] = [];
  const values: string[] = [];
  const canonical: string[] = [];
  const lines: string[] = [];
  let kept: Kept | undefined;

  /** In the order they are signed in. */
  function put(name: string, value: string): void {
    let at = names.length;
    for (; at > 0 && (names[at - 1] ?? "") > name; at -= 1) {
      names[at] = names[at - 1] ?? "";
      values[at] = values[at - 1] ?? "";
    }
    names[at] = name;
    values[at] = value;
  }

  function blockOf({ headers, payloadHash }: ToSign, token: string | undefined, time: string): Block {
    names.length = values.length = 0;
    put("x-amz-date", time);
    for (const name in headers) put(name, headers[name] ?? "");
    if (service !== "sqs") put("x-amz-content-sha256", payloadHash);
    if (token !== undefined) put(tokenHeader, token);
    canonical.length = lines.length = 0;
    for (let at = 0; at < names.length; at += 1) {
      const name = names[at] ?? "";
      const value = values[at] ?? "";
      canonical.push(name, ":", canonicalValue(value), "\n");
      lines.push(name, ": ", value, "\r\n");
    }
    const signedNames = names.join(";");
    canonical.push("\n", signedNames, "\n", payloadHash);
    return { signedNames, canonical: canonical.join(""), lines: lines.join("") };
  }

  function block(request: ToSign, token: string | undefined, time: string): Block {
    const { headers, payloadHash } = request;
    if (!Object.isFrozen(headers)) return blockOf(request, token, time);
    const isSame = kept?.headers === headers && kept.payloadHash === payloadHash && kept.token === token;
    if (kept === undefined || !isSame || kept.time !== time)
      kept = { ...blockOf(request, token, time), headers, payloadHash, token, time };
    return kept;
  }

  return {
    signedLines(request, credentials, nowMs) {
      const { method, path, query } = request;
      const { date, time } = timeOf(nowMs);
      const { signedNames, canonical, lines } = block(request, credentials.sessionToken, time);
      const scope = `${date}/${region}/${service}/aws4_request`;
      const hash = sha256Hex(`${method}\n${path}\n${query}\n${canonical}`);
      const text = `${ALGORITHM}\n${time}\n${scope}\n${hash}`;
      const signature = crypto.createHmac("sha256", signingKey(credentials, date)).update(text).digest("hex");
      const by = `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedNames}`;
      return `${lines}authorization: ${by}, Signature=${signature}\r\n`;
    },
  };
}

interface Kept extends Block {
  readonly headers: ToSign["headers"];
  readonly payloadHash: string;
  readonly token: string | undefined;
  readonly time: string;
}

/** What a request's headers come to, everything but the signature. */
interface Block {
  readonly signedNames: string;
  /** From the first header to the end of the canonical request. */
  readonly canonical: string;
  readonly lines: string;
}

function hmac(key: Buffer | string, text: string): Buffer {
  return crypto.createHmac("sha256", key).update(text).digest();
}

/** Blanks around are dropped and runs of them are one. */
function canonicalValue(value: string): string {
  return value.includes(" ") ? value.trim().replace(/ +/g, " ") : value;
}
