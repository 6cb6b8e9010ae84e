/**
 * Signature Version 4: reads who signed a request (Authorization header or presigned query) and checks it.
 * Source: IAM User Guide "AWS Signature Version 4 for API requests"; S3 API "Authenticating Requests: Using Query Parameters".
 */
import * as crypto from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { malformedAuthorization, tooSkewed, wrongSignature } from "./auth-errors";
import { canonicalRequest } from "./canonical";
import { CloudError, type ServiceName } from "./service";

const ALGORITHM = "AWS4-HMAC-SHA256";
const SKEW_MS = 15 * 60 * 1000;
const MAX_EXPIRES_SECONDS = 7 * 24 * 3600;
const UNSIGNED = "UNSIGNED-PAYLOAD";
const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const SERVICE_OF_SCOPE: Readonly<Record<string, ServiceName>> = {
  s3: "s3",
  s3express: "s3",
  sqs: "sqs",
  ecs: "ecs",
  lambda: "lambda",
  events: "events",
  logs: "logs",
  monitoring: "monitoring",
  ec2: "ec2",
  servicequotas: "servicequotas",
  sts: "sts",
  kms: "kms",
};

/** What a request says about its signature, before anything is checked. */
export interface Authorization {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  /** As in the credential scope. */
  readonly signingName: string;
  readonly service: ServiceName;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `yyyymmddThhmmssZ`. */
  readonly time: string;
  readonly securityToken: string | undefined;
  /** `x-amz-content-sha256`; undefined where the payload itself must be hashed. */
  readonly payloadHash: string | undefined;
  /** Only for a presigned address. */
  readonly expiresSeconds?: number;
}

/**
 * Reads who signed a request. Undefined for an unsigned one.
 * @throws CloudError AuthorizationHeaderMalformed / IncompleteSignature for one that cannot be read.
 */
export type ReadAuthorization = (headers: IncomingHttpHeaders, query: URLSearchParams) => Authorization | undefined;

/** What a client says of itself is the same in all of its requests: so many of these are remembered. */
const REMEMBERED = 256;

export function makeReadAuthorization(): ReadAuthorization {
  const known = new Map<string, Signatory>();

  function signatoryOf(text: string): Signatory {
    let signatory = known.get(text);
    if (signatory === undefined) {
      signatory = readSignatory(text);
      if (known.size >= REMEMBERED) known.clear();
      known.set(text, signatory);
    }
    return signatory;
  }

  function fromHeader(header: string, headers: IncomingHttpHeaders): Authorization {
    if (!header.startsWith(ALGORITHM)) throw new CloudError(400, "InvalidRequest", `Only ${ALGORITHM} is supported.`);
    const signature = field(header, SIGNATURE);
    const time = single(headers["x-amz-date"]) ?? basicTime(headers.date);
    if (signature === undefined || time === undefined) throw invalidHeader();
    const { signedHeaders, accessKeyId, date, region, signingName, service } = signatoryOf(
      header.replace(`${SIGNATURE}${signature}`, SIGNATURE),
    );
    return {
      ...{ accessKeyId, date, region, signingName, service, signedHeaders, signature, time },
      securityToken: single(headers["x-amz-security-token"]),
      payloadHash: single(headers["x-amz-content-sha256"]),
    };
  }

  return (headers, query) => {
    const header = headers.authorization;
    if (header !== undefined) return fromHeader(header, headers);
    return query.has("X-Amz-Algorithm") ? fromQuery(query, headers) : undefined;
  };
}

const SIGNATURE = "Signature=";

type Signatory = ReturnType<typeof readSignatory>;

/** Everything of the header but the signature. */
function readSignatory(header: string) {
  const credential = field(header, "Credential=");
  const signedHeaders = field(header, "SignedHeaders=");
  if (credential === undefined || signedHeaders === undefined) throw invalidHeader();
  return { ...scope(credential), signedHeaders: signedHeaders.split(";") };
}

function invalidHeader(): CloudError {
  return malformedAuthorization("s3", "The authorization header that you provided is not valid.");
}

function fromQuery(query: URLSearchParams, headers: IncomingHttpHeaders): Authorization {
  const signature = query.get("X-Amz-Signature");
  const time = query.get("X-Amz-Date");
  const expiresSeconds = Number(query.get("X-Amz-Expires"));
  const credential = query.get("X-Amz-Credential");
  if (signature === null || time === null || credential === null || query.get("X-Amz-Algorithm") !== ALGORITHM) {
    throw new CloudError(
      400,
      "AuthorizationQueryParametersError",
      "Query-string authentication requires all of its parameters.",
    );
  }
  if (!(expiresSeconds > 0 && expiresSeconds <= MAX_EXPIRES_SECONDS)) {
    throw new CloudError(
      400,
      "AuthorizationQueryParametersError",
      "X-Amz-Expires must be between 1 and 604800 seconds.",
    );
  }
  return {
    ...scope(credential),
    signedHeaders: (query.get("X-Amz-SignedHeaders") ?? "host").split(";"),
    signature,
    time,
    securityToken: query.get("X-Amz-Security-Token") ?? undefined,
    payloadHash: query.get("X-Amz-Content-Sha256") ?? single(headers["x-amz-content-sha256"]) ?? UNSIGNED,
    expiresSeconds,
  };
}

/** `Name=value` up to the next comma; order and blanks between the fields are free. */
function field(header: string, name: string): string | undefined {
  const start = header.indexOf(name);
  if (start < 0) return undefined;
  const end = header.indexOf(",", start);
  return header.slice(start + name.length, end < 0 ? undefined : end).trim();
}

function scope(credential: string): Pick<Authorization, "accessKeyId" | "date" | "region" | "signingName" | "service"> {
  const parts = credential.split("/");
  const [accessKeyId, date, region, signingName, end] = parts.slice(-5);
  if (!accessKeyId || !date || !region || !signingName || end !== "aws4_request") {
    throw malformedAuthorization("s3", `The Credential is mal-formed: "${credential}"`);
  }
  const service = SERVICE_OF_SCOPE[signingName];
  if (service === undefined) {
    throw new CloudError(501, "NotImplemented", `This cloud has no service "${signingName}".`);
  }
  return { accessKeyId, date, region, signingName, service };
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function basicTime(date: string | undefined): string | undefined {
  const ms = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, "");
}

/** The parts of a request that are signed. */
export interface SignedParts {
  readonly method: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly headers: IncomingHttpHeaders;
}

/** Checks signatures; keeps the derived signing keys (one per access key, day, region and service). */
export class SignatureChecker {
  private readonly keys = new Map<string, Buffer>();
  private lastTime = { text: "", ms: Number.NaN };

  constructor(private readonly now: () => number) {}

  /**
   * @param payload the payload where it has been read already; S3 names its hash in a header instead.
   * @throws CloudError SignatureDoesNotMatch (403, with the canonical request), RequestTimeTooSkewed (403), AccessDenied (403, a
   * presigned address that has expired), or what the service says instead.
   */
  check(auth: Authorization, secretAccessKey: string, parts: SignedParts, payload: Buffer | undefined): void {
    this.checkTime(auth);
    if (!auth.signedHeaders.includes("host")) {
      throw malformedAuthorization(auth.service, "The host header must be among the signed headers.");
    }
    const payloadHash = auth.payloadHash ?? (payload === undefined ? EMPTY_SHA256 : sha256(payload));
    const canonical = canonicalRequest({
      ...parts,
      signedHeaders: auth.signedHeaders,
      payloadHash,
      isS3: auth.service === "s3",
    });
    const hash = sha256(Buffer.from(canonical, "latin1"));
    const toSign = `${ALGORITHM}\n${auth.time}\n${auth.date}/${auth.region}/${auth.signingName}/aws4_request\n${hash}`;
    const expected = crypto.createHmac("sha256", this.signingKey(auth, secretAccessKey)).update(toSign).digest("hex");
    if (expected !== auth.signature) throw wrongSignature(auth.service, canonical, toSign);
    if (payload !== undefined && auth.payloadHash !== undefined && /^[0-9a-f]{64}$/.test(auth.payloadHash)) {
      if (sha256(payload) !== auth.payloadHash) throw wrongSignature(auth.service, canonical, toSign);
    }
  }

  private checkTime(auth: Authorization): void {
    const signedAt = this.timeOf(auth.time);
    if (Number.isNaN(signedAt) || !auth.time.startsWith(auth.date)) {
      throw malformedAuthorization(
        auth.service,
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date",
      );
    }
    const now = this.now();
    if (auth.expiresSeconds === undefined) {
      if (Math.abs(now - signedAt) > SKEW_MS) throw tooSkewed(auth.service, auth.time, now);
      return;
    }
    if (now > signedAt + auth.expiresSeconds * 1000) throw new CloudError(403, "AccessDenied", "Request has expired");
    if (signedAt - now > SKEW_MS) throw new CloudError(403, "AccessDenied", "Request is not yet valid");
  }

  /** Many requests carry the same second. */
  private timeOf(text: string): number {
    if (text !== this.lastTime.text) {
      const spelled = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
      this.lastTime = { text, ms: spelled === text ? Number.NaN : Date.parse(spelled) };
    }
    return this.lastTime.ms;
  }

  private signingKey(auth: Authorization, secret: string): Buffer {
    const name = `${secret}/${auth.date}/${auth.region}/${auth.signingName}`;
    let key = this.keys.get(name);
    if (key === undefined) {
      key = [auth.date, auth.region, auth.signingName, "aws4_request"].reduce<Buffer>(
        (previous, part) => crypto.createHmac("sha256", previous).update(part).digest(),
        Buffer.from(`AWS4${secret}`),
      );
      // Sessions bring a new secret every five minutes: forget all now and then rather than grow for ever.
      if (this.keys.size >= 1000) this.keys.clear();
      this.keys.set(name, key);
    }
    return key;
  }
}

/** Node 20.12 and later: no object is made for a hash. */
const oneShot = (crypto as { readonly hash?: typeof crypto.hash }).hash;

function sha256(data: Buffer): string {
  return oneShot === undefined
    ? crypto.createHash("sha256").update(data).digest("hex")
    : oneShot("sha256", data, "hex");
}
