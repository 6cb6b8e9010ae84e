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
  let clock: Moment = { second: -1, date: "", time: "", scope: "", begin: "" };

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

  function momentOf(nowMs: number): Moment {
    const second = Math.floor(nowMs / 1000);
    if (second !== clock.second) {
      const time = `${new Date(second * 1000).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
      const date = time.slice(0, 8);
      const scope = `${date}/${region}/${service}/aws4_request`;
      clock = { second, time, date, scope, begin: `${ALGORITHM}\n${time}\n${scope}\n` };
    }
    return clock;
  }

  /** Reused, at their length: nothing is left of them when a request has been signed. */
  const names: string[] = [];
  const values: string[] = [];
  const canonical: string[] = [];
  const lines: string[] = [];
  let kept: Kept | undefined;

  /** The `count`th, in the order they are signed in. */
  function put(count: number, name: string, value: string): void {
    let at = count;
    for (; at > 0 && (names[at - 1] ?? "") > name; at -= 1) {
      names[at] = names[at - 1] ?? "";
      values[at] = values[at - 1] ?? "";
    }
    names[at] = name;
    values[at] = value;
  }

  function blockOf({ headers, payloadHash }: ToSign, by: SigningCredentials, { time, scope }: Moment): Block {
    let count = 0;
    put(count++, "x-amz-date", time);
    for (const name in headers) put(count++, name, headers[name] ?? "");
    if (service !== "sqs") put(count++, "x-amz-content-sha256", payloadHash);
    if (by.sessionToken !== undefined) put(count++, tokenHeader, by.sessionToken);
    names.length = values.length = count;
    for (let at = 0; at < count; at += 1) {
      const value = values[at] ?? "";
      const first = 4 * at;
      canonical[first] = lines[first] = names[at] ?? "";
      canonical[first + 1] = ":";
      lines[first + 1] = ": ";
      canonical[first + 2] = canonicalValue(value);
      lines[first + 2] = value;
      canonical[first + 3] = "\n";
      lines[first + 3] = "\r\n";
    }
    canonical.length = lines.length = 4 * count;
    const signedNames = names.join(";");
    const signed = `${ALGORITHM} Credential=${by.accessKeyId}/${scope}, SignedHeaders=${signedNames}`;
    return {
      canonical: `${canonical.join("")}\n${signedNames}\n${payloadHash}`,
      lines: `${lines.join("")}authorization: ${signed}, Signature=`,
    };
  }

  function block(request: ToSign, by: SigningCredentials, moment: Moment): Block {
    const { headers, payloadHash } = request;
    if (!Object.isFrozen(headers)) return blockOf(request, by, moment);
    const isSame = kept?.headers === headers && kept.payloadHash === payloadHash && kept.moment === moment;
    const { sessionToken: token, accessKeyId } = by;
    if (kept === undefined || !isSame || kept.token !== token || kept.accessKeyId !== accessKeyId)
      kept = { ...blockOf(request, by, moment), headers, payloadHash, token, accessKeyId, moment };
    return kept;
  }

  return {
    signedLines(request, credentials, nowMs) {
      const { method, path, query } = request;
      const moment = momentOf(nowMs);
      const { canonical, lines } = block(request, credentials, moment);
      const text = moment.begin + sha256Hex(`${method}\n${path}\n${query}\n${canonical}`);
      const signature = crypto.createHmac("sha256", signingKey(credentials, moment.date)).update(text).digest("hex");
      return `${lines}${signature}\r\n`;
    },
  };
}

/** A second of the clock, and what it comes to. */
interface Moment {
  readonly second: number;
  readonly date: string;
  readonly time: string;
  readonly scope: string;
  /** Of what is signed. */
  readonly begin: string;
}

interface Kept extends Block {
  readonly headers: ToSign["headers"];
  readonly payloadHash: string;
  readonly token: string | undefined;
  readonly accessKeyId: string;
  readonly moment: Moment;
}

/** What a request's headers come to. */
interface Block {
  /** From the first header to the end of the canonical request. */
  readonly canonical: string;
  /** Up to the signature. */
  readonly lines: string;
}

function hmac(key: Buffer | string, text: string): Buffer {
  return crypto.createHmac("sha256", key).update(text).digest();
}

/** Blanks around are dropped and runs of them are one. */
function canonicalValue(value: string): string {
  return value.includes(" ") ? value.trim().replace(/ +/g, " ") : value;
}
