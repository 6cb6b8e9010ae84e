/**
 * Sessions of directory buckets (CreateSession, five minutes each) for an SDK client.
 *
 * Own, because the SDK's provider caches a failed CreateSession for the life of the client, and a failed refresh in the
 * background is an unhandled rejection (both reproduced with 3.1169.0).
 */
import { CreateSessionCommand, type S3Client } from "@aws-sdk/client-s3";
import { syncError, type SyncError } from "../core/errors";
import { translate } from "./errors";

/** What signs a session request. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** The credentials a session is derived from. */
export interface BaseCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export type CreateSession = (bucket: string, base: BaseCredentials) => Promise<Session>;

/** Has the shape of the SDK's `s3ExpressIdentityProvider`. */
export interface Sessions {
  getS3ExpressIdentity(base: BaseCredentials, properties: Readonly<Record<string, string>>): Promise<Session>;
  /** After a call failed because of its session: the next call makes a new one. A token that is no longer used changes nothing. */
  invalidate(bucket: string, token?: string): void;
}

export interface SessionsOptions {
  readonly create: CreateSession;
  /** Epoch milliseconds: sessions expire by the wall clock. */
  readonly now: () => number;
}

/** Refresh behind the calls from here on. */
const REFRESH_BEFORE_MS = 60_000;

/** With less left than this a request could arrive too late. */
const USABLE_MS = 5_000;

/** Pause between refreshes in the background that fail: each call would start one otherwise. */
const REFRESH_PAUSE_MS = 1_000;

interface Entry {
  /** The credentials the session belongs to: rotated ones need a new session. */
  readonly baseKeyId: string;
  session?: Session;
  inFlight?: Promise<Session>;
  notBefore: number;
}

export function makeSessions({ create, now }: SessionsOptions): Sessions {
  const entries = new Map<string, Entry>();

  const entryFor = (bucket: string, base: BaseCredentials): Entry => {
    const known = entries.get(bucket);
    if (known?.baseKeyId === base.accessKeyId) return known;
    const fresh: Entry = { baseKeyId: base.accessKeyId, notBefore: 0 };
    entries.set(bucket, fresh);
    return fresh;
  };

  /** One CreateSession at a time; a failure is told to whoever waits and then forgotten. */
  const refresh = (bucket: string, base: BaseCredentials, entry: Entry): Promise<Session> => {
    entry.inFlight ??= create(bucket, base)
      .then((session) => {
        entry.session = session;
        return session;
      })
      .finally(() => {
        delete entry.inFlight;
      });
    return entry.inFlight;
  };

  const refreshBehind = (bucket: string, base: BaseCredentials, entry: Entry): void => {
    if (entry.inFlight !== undefined || now() < entry.notBefore) return;
    refresh(bucket, base, entry).catch(() => {
      entry.notBefore = now() + REFRESH_PAUSE_MS;
    });
  };

  return {
    getS3ExpressIdentity: async (base, { Bucket: bucket = "" }) => {
      const entry = entryFor(bucket, base);
      const { session } = entry;
      const left = session === undefined ? 0 : session.expiration.getTime() - now();
      if (session === undefined || left <= USABLE_MS) return refresh(bucket, base, entry);
      if (left <= REFRESH_BEFORE_MS) refreshBehind(bucket, base, entry);
      return session;
    },
    invalidate: (bucket, token) => {
      const entry = entries.get(bucket);
      if (entry?.session === undefined || (token !== undefined && entry.session.sessionToken !== token)) return;
      // A refresh in flight keeps its own entry: what it brings is newer than what failed.
      delete entry.session;
    },
  };
}

/** CreateSession on a plain client. Rejects with a `SyncError` without effect: the call it was for has not been sent. */
export function createSessionWith(client: S3Client): CreateSession {
  return async (bucket) => {
    try {
      const { Credentials: made } = await client.send(new CreateSessionCommand({ Bucket: bucket }));
      if (!made?.AccessKeyId || !made.SecretAccessKey || !made.SessionToken || made.Expiration === undefined) {
        throw new Error("CreateSession answered without credentials");
      }
      return {
        accessKeyId: made.AccessKeyId,
        secretAccessKey: made.SecretAccessKey,
        sessionToken: made.SessionToken,
        expiration: made.Expiration,
      };
    } catch (error) {
      throw sessionError(translate(error, "CreateSession", "read"));
    }
  };
}

/** A refusal is about the session; everything else (throttling, timeouts, no bucket, no credentials) keeps its own code. */
function sessionError(error: SyncError): SyncError {
  if (error.code !== "AccessDenied" && error.code !== "InvalidRequest" && error.code !== "Unknown") return error;
  const { operation, effect, message, awsName, httpStatus, requestId } = error;
  const text = message.slice(operation.length + 2);
  return syncError({ code: "Session", operation, effect, message: text, awsName, httpStatus, requestId, cause: error });
}
