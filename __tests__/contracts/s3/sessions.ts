/** Contract: CreateSession, and who needs one. UG s3-express-create-session, s3-express-authenticating-authorizing. */
import {
  CopyObjectCommand,
  CreateSessionCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  type SessionMode,
} from "@aws-sdk/client-s3";
import { copySource, put, refusal, useTarget, type S3Target, type S3TargetRun } from "./target";

export function describeSessions(target: S3Target): void {
  describe(`${target.name}: sessions`, () => {
    const run = useTarget(target);
    const key = (name: string): string => run().prefix + name;

    it("works with the SDK's own sessions: data operations and, beside them, copies (API CreateSession, CopyObject)", async () => {
      const { withSessions: client, directory: Bucket, general } = run();
      await put({ client, bucket: Bucket }, key("own"), "x");
      await client.send(new HeadObjectCommand({ Bucket, Key: key("own") }));
      await put({ client, bucket: general }, key("source"), "y");
      await client.send(
        new CopyObjectCommand({ Bucket, Key: key("own"), CopySource: copySource(general, key("source")) }),
      );
      await client.send(new ListObjectsV2Command({ Bucket, Prefix: run().prefix }));
      await client.send(new DeleteObjectCommand({ Bucket, Key: key("own") }));
    });

    it("gives credentials that last five minutes (API CreateSession)", async () => {
      const { Credentials } = await run().plain.send(new CreateSessionCommand({ Bucket: run().directory }));
      const seconds = ((Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 1000;
      expect(seconds).toBeGreaterThan(240);
      expect(seconds).toBeLessThan(310);
    });

    it("refuses writes in a ReadOnly session (API CreateSession, SessionMode)", async () => {
      const { plain, directory: Bucket } = run();
      await put({ client: plain, bucket: Bucket }, key("read"), "x");
      const session = await sessionClient(run(), "ReadOnly");
      await session.send(new GetObjectCommand({ Bucket, Key: key("read") }));
      await session.send(new ListObjectsV2Command({ Bucket, Prefix: run().prefix }));
      const REFUSED = { name: "AccessDenied", status: 403 };
      expect(await refusal(session.send(new PutObjectCommand({ Bucket, Key: key("read"), Body: "y" })))).toEqual(
        REFUSED,
      );
      expect(await refusal(session.send(new DeleteObjectCommand({ Bucket, Key: key("read") })))).toEqual(REFUSED);
      session.destroy();
    });

    it("has no sessions for general purpose buckets (API CreateSession)", async () => {
      expect(
        (await refusal(run().plain.send(new CreateSessionCommand({ Bucket: run().general })))).status,
      ).toBeGreaterThanOrEqual(400);
    });
  });
}

/** A client that signs everything with one session's credentials, as the SDK does from its own cache. */
async function sessionClient(run: S3TargetRun, SessionMode: SessionMode): Promise<S3Client> {
  const { Credentials } = await run.plain.send(new CreateSessionCommand({ Bucket: run.directory, SessionMode }));
  const { AccessKeyId = "", SecretAccessKey = "", SessionToken = "", Expiration = new Date(0) } = Credentials ?? {};
  const identity = {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
  // Without the name this SDK signs session requests for "s3" until the same client has signed a plain one for "s3express".
  const signing = { signingName: "s3express" };
  return run.client({
    ...signing,
    s3ExpressIdentityProvider: { getS3ExpressIdentity: () => Promise.resolve(identity) },
  });
}
