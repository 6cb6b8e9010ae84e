/** Errors of the command line and the words for all others. Exit codes: 0 done, 1 drift or failure, 2 wrong usage. */
import { adviceFor, type ErrorCode, isSyncError } from "../../core/errors";

export type ExitCode = 0 | 1 | 2;

/** An error whose text is all a person needs. */
export interface CliError extends Error {
  readonly name: "CliError";
  readonly exitCode: ExitCode;
}

/** @param exitCode 2 when the call itself was wrong, else 1 */
export function cliError(message: string, exitCode: 1 | 2 = 1): CliError {
  return Object.assign(new Error(message), { name: "CliError" as const, exitCode });
}

/** All problems of one call at once, one a line. */
export function usageProblems(problems: readonly string[]): CliError {
  const [first = ""] = problems;
  return cliError(
    problems.length === 1
      ? first
      : ["Several problems:", ...problems.map((p) => `  - ${p.replaceAll("\n", "\n    ")}`)].join("\n"),
    2,
  );
}

export function isCliError(error: unknown): error is CliError {
  return error instanceof Error && error.name === "CliError";
}

/** The text for a person: what failed, why, what to do next. Without a stack trace. */
export function explainError(error: unknown): string {
  if (isCliError(error)) return error.message;
  if (!(error instanceof Error)) return String(error);
  const advice = adviceOn(error);
  const name = isSyncError(error) || error.name === "Error" ? "" : `${error.name}: `;
  const text = `${name}${messageOf(error) || (error as NodeJS.ErrnoException).code || "no further text"}`;
  return advice === undefined ? text : `${text}\n${advice}`;
}

/** Without what the SDK's HTTP handler writes before the text of its errors. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/@smithy\/node-http-handler - (\[ERROR\] )?/, "");
}

const DENIED = new Set(["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AccessDeniedFault"]);

/** Whether these credentials may not make the call. */
export function isDenied(error: unknown): boolean {
  return DENIED.has(isSyncError(error) ? error.code : error instanceof Error ? error.name : "");
}

const NO_CREDENTIALS = "No AWS credentials. Sign in (aws sso login), or set AWS_PROFILE or the AWS_* variables.";
const NO_CONNECTION = "No connection. Check the Region, AWS_ENDPOINT_URL if it is set, and the network.";
const NO_ANSWER =
  "No answer in time. Check AWS_ENDPOINT_URL if it is set, and the network: proxies, VPN, endpoints of the VPC.";
const NOT_THERE =
  "It is not there under this name in this Region. Look at --stack, --region and the options and variables that name the system (--help).";
const NOT_ALLOWED =
  "These credentials may not make this call: the stack's output `operatorPolicy` is what the command line needs.";

/** Where the advice for a worker speaks of its role. */
const OPERATORS_ADVICE: Partial<Record<ErrorCode, string>> = {
  AccessDenied: NOT_ALLOWED,
  Session: NOT_ALLOWED,
  Credentials: NO_CREDENTIALS,
  // Ctrl-C is told by the shell; what is left is a deadline that was over.
  Aborted: NO_ANSWER,
  Timeout: NO_ANSWER,
};

/** What an error means for an operator; the SDK's by name, because their texts change. */
export function adviceOn(error: unknown): string | undefined {
  if (isSyncError(error)) return OPERATORS_ADVICE[error.code] ?? adviceFor(error.code);
  if (!(error instanceof Error)) return undefined;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"].includes(code)) return NO_CONNECTION;
  switch (error.name) {
    case "TimeoutError":
      return NO_ANSWER;
    case "CredentialsProviderError":
      return NO_CREDENTIALS;
    case "ExpiredToken":
    case "ExpiredTokenException":
      return "The AWS credentials have expired. Sign in again.";
    case "AccessDenied":
    case "AccessDeniedException":
    case "UnauthorizedOperation":
      return NOT_ALLOWED;
    case "QueueDoesNotExist":
    case "AWS.SimpleQueueService.NonExistentQueue":
    case "ClusterNotFoundException":
    case "ResourceNotFoundException":
      return NOT_THERE;
    default:
      return undefined;
  }
}
