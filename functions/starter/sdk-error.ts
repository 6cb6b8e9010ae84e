/** One clear text for whatever the SDK throws: what was called, what AWS said, what to look at. */

/** The error's name as AWS gives it, e.g. "ThrottlingException". */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/**
 * An error to throw on. Without the original as its cause: SDK errors carry the whole request, signature and session token
 * included, and Lambda logs what it is given.
 */
export function explained(operation: string, error: unknown): Error {
  return new Error(problemText(operation, error));
}

export function problemText(operation: string, error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // A wrong signature's message repeats the request as it should have been signed, security token included: not for logs.
  const message = text.replace(/\s*The Canonical String[^]*$/, "").replace(/\.$/, "");
  return `${operation} failed: ${nameOf(error)}: ${message}${requestIdOf(error)}.${adviceFor(nameOf(error))}`;
}

/** What AWS support asks for first. */
function requestIdOf(error: unknown): string {
  const metadata = (error as { $metadata?: { requestId?: string } } | undefined)?.$metadata;
  return metadata?.requestId === undefined ? "" : ` (request ${metadata.requestId})`;
}

function adviceFor(name: string): string {
  if (/QueueDoesNotExist|NonExistentQueue/.test(name)) return " Check QUEUE_URL.";
  if (name === "ClusterNotFoundException") return " Check CLUSTER.";
  if (/AccessDenied|Unauthorized|UnrecognizedClient|InvalidClientToken/.test(name)) return " Check the starter's role.";
  if (name === "InvalidParameterException" || name === "ClientException") {
    return " Check TASK_DEFINITION, SUBNETS and SECURITY_GROUPS, and that FARGATE and FARGATE_SPOT are attached to the cluster.";
  }
  if (/Timeout|ECONN|ENOTFOUND|EAI_AGAIN/.test(name)) return " AWS could not be reached; the next look tries again.";
  return "";
}
