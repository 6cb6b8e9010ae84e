/** CreateSession: temporary credentials for one directory bucket. API CreateSession; UG s3-express-create-session. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../http/clock";
import type { Principal, SessionCredentials } from "../http/service";

export type SessionMode = "ReadOnly" | "ReadWrite";

export interface Session extends SessionCredentials {
  readonly accessKeyId: string;
  readonly mode: SessionMode;
  readonly expiresMs: number;
}

/** What a ReadOnly session is good for. API CreateSession, SessionMode. */
const READ_OPERATIONS: ReadonlySet<string> = new Set([
  "GetObject",
  "HeadObject",
  "ListObjectsV2",
  "GetObjectAttributes",
  "ListParts",
  "ListMultipartUploads",
  "HeadBucket",
]);
/** Signed with the plain credentials only. API CopyObject and UploadPartCopy, "Directory bucket permissions". */
const PLAIN_ONLY: ReadonlySet<string> = new Set(["CopyObject", "UploadPartCopy", "CreateBucket", "DeleteBucket"]);

export class Sessions {
  private readonly byKey = new Map<string, Session>();
  private readonly byToken = new Map<string, Session>();

  constructor(
    private readonly clock: Clock,
    private readonly lifetimeMs: number,
  ) {}

  create(principal: Principal, bucket: string, mode: SessionMode): Session {
    const session: Session = {
      accessKeyId: `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString("base64"),
      sessionToken: randomBytes(96).toString("base64"),
      principal,
      bucket,
      mode,
      expiresMs: this.clock.now() + this.lifetimeMs,
    };
    this.byKey.set(session.accessKeyId, session);
    this.byToken.set(session.sessionToken, session);
    return session;
  }

  find(accessKeyId: string): Session | "expired" | undefined {
    const session = this.byKey.get(accessKeyId);
    return session !== undefined && session.expiresMs <= this.clock.now() ? "expired" : session;
  }

  /** Ends the sessions of one bucket, or all, now. */
  expire(bucket?: string): void {
    for (const [accessKeyId, session] of this.byKey) {
      if (bucket === undefined || session.bucket === bucket)
        this.byKey.set(accessKeyId, { ...session, expiresMs: this.clock.now() });
    }
  }

  /** Undefined = the session may do this. Otherwise why not. */
  refusal(credentials: SessionCredentials, operation: string, bucket: string | undefined): string | undefined {
    const session = this.byToken.get(credentials.sessionToken);
    if (session === undefined || session.bucket !== bucket) return "the session is for another bucket";
    if (PLAIN_ONLY.has(operation)) return "this operation is signed without a session";
    if (session.mode === "ReadOnly" && !READ_OPERATIONS.has(operation)) return "the session is ReadOnly";
    return undefined;
  }
}
