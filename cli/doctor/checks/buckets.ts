/** Both buckets: there, and open to whoever asks. What the worker's role may do is another matter; it tells at its start. */
import { adviceFor, classOf, isSyncError, type SyncError } from "../../../core/errors";
import { messageOf } from "../../shell/errors";
import { type Check, type Finding, ok, problem } from "../check";

/** An ordinary key that nobody has: 404 where everything is permitted, 403 where s3:ListBucket is missing. */
const NOBODYS_KEY = "s3-express-sync-doctor";

export const sourceCheck: Check = {
  id: "source",
  title: "source bucket",
  run: async (facts) => {
    const { sourceBucket } = facts.system;
    if (!(await facts.sourceExists())) {
      return [
        problem(
          `${sourceBucket} does not exist`,
          "Make the bucket, or set sourceBucket to the right one and run `pulumi up`. Until then workers delete nothing and leave.",
        ),
      ];
    }
    try {
      await facts.headSource(NOBODYS_KEY);
    } catch (error) {
      if (!isDenied(error)) throw error;
      return [
        problem(
          `a HEAD of a missing key in ${sourceBucket} is refused`,
          "Allow s3:ListBucket and s3:GetObject without a prefix condition: a missing key is a 403 otherwise, which never counts as gone.",
        ),
      ];
    }
    return [ok(`${sourceBucket} is there; a missing key is a 404`)];
  },
};

export const destinationCheck: Check = {
  id: "destination",
  title: "directory bucket and its session",
  run: async (facts) => {
    const { destinationBucket: name } = facts.system;
    try {
      await facts.headDestination(NOBODYS_KEY);
      return [ok(`${name} gives a session`)];
    } catch (error) {
      if (!isSyncError(error)) throw error;
      return [refusalOf(name, error)];
    }
  },
};

function refusalOf(name: string, error: SyncError): Finding {
  switch (error.code) {
    case "NoSuchBucket":
    case "NoSuchKey":
      return problem(
        `${name} does not exist`,
        "Make the directory bucket, or set destinationBucket to the right one and run `pulumi up`.",
      );
    case "AccessDenied":
    case "Session":
      return problem(
        `no session for ${name}: ${messageOf(error)}`,
        "Allow s3express:CreateSession on the bucket, in the role and in the bucket's own policy.",
      );
    case "Unavailable":
      return problem(
        `${name} answers with a server error`,
        "A directory bucket that nobody used for 90 days needs minutes to wake up; look again then.",
      );
    default:
      // No answer says nothing about the bucket.
      if (["transient", "throttled"].includes(classOf(error))) throw error;
      return problem(`${name}: ${messageOf(error)}`, adviceFor(error.code));
  }
}

function isDenied(error: unknown): boolean {
  return isSyncError(error) && (error.code === "AccessDenied" || error.httpStatus === 403);
}
