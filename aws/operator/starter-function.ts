/** The starter's Lambda function, as an operator uses it. */
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";

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

/** Lambda's error document: `{ errorType, errorMessage, trace }`. */
function failureText(payload: string): string {
  try {
    const { errorMessage } = JSON.parse(payload) as { errorMessage?: string };
    return errorMessage ?? payload;
  } catch {
    return payload;
  }
}
