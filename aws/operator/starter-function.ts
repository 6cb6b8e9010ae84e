/** The starter's Lambda function, as an operator uses it. */
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type LambdaClient,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdated,
} from "@aws-sdk/client-lambda";

export interface Invocation {
  /** What the function returned, as JSON text. */
  readonly payload: string;
  /** The error's text when the function threw. */
  readonly failure: string | undefined;
}

/** Runs the function now and waits for its answer. */
export async function invokeStarter(lambda: LambdaClient, name: string, signal: AbortSignal): Promise<Invocation> {
  const answer = await lambda.send(new InvokeCommand({ FunctionName: name, Payload: "{}" }), { abortSignal: signal });
  const payload = Buffer.from(answer.Payload ?? []).toString("utf8");
  return { payload, failure: answer.FunctionError === undefined ? undefined : failureText(payload) };
}

export interface StarterSetup {
  readonly environment: Readonly<Record<string, string>>;
  /** Of this configuration: an update that names it is refused if somebody else was faster. */
  readonly revisionId: string | undefined;
}

/** @throws Error when Lambda does not show the environment: an update would then lose what is in it */
export async function readStarter(lambda: LambdaClient, name: string, signal: AbortSignal): Promise<StarterSetup> {
  const answer = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }), {
    abortSignal: signal,
  });
  const { Variables: environment, Error: hidden } = answer.Environment ?? {};
  if (hidden !== undefined || environment === undefined) {
    const why = hidden === undefined ? "it has none" : `${hidden.ErrorCode ?? ""} ${hidden.Message ?? ""}`.trim();
    throw new Error(`Lambda does not show the environment of ${name}: ${why}`);
  }
  return { environment, revisionId: answer.RevisionId };
}

/** Replaces the whole environment (Lambda has no finer call), unless it has changed since it was read. */
export async function writeStarterEnvironment(
  lambda: LambdaClient,
  name: string,
  { environment, revisionId }: StarterSetup,
  signal: AbortSignal,
): Promise<void> {
  const command = new UpdateFunctionConfigurationCommand({
    FunctionName: name,
    Environment: { Variables: { ...environment } },
    ...(revisionId === undefined ? {} : { RevisionId: revisionId }),
  });
  await lambda.send(command, { abortSignal: signal });
}

const UPDATE_WAIT_SECONDS = 120;

/** Resolves once the change is in force. Rejects when Lambda says that it failed, or after two minutes. */
export async function starterUpdated(lambda: LambdaClient, name: string, signal: AbortSignal): Promise<void> {
  const waiter = { client: lambda, maxWaitTime: UPDATE_WAIT_SECONDS, minDelay: 1, maxDelay: 5, abortSignal: signal };
  await waitUntilFunctionUpdated(waiter, { FunctionName: name });
}

/** Lambda's error document: `{ errorType, errorMessage, trace }`. */
function failureText(payload: string): string {
  try {
    const { errorMessage } = JSON.parse(payload) as { errorMessage?: string };
    return errorMessage ?? payload;
  } catch {
    return payload;
  }
}
