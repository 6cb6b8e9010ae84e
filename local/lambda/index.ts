/** Lambda of the local cloud: functions run in warm child processes; REST API for Invoke and the function's configuration. */
import { resolve as resolvePath } from "node:path";
import type { Clock } from "../http/clock";
import type { Random } from "../http/random";
import { CloudError, type Service } from "../http/service";
import type { LogSink } from "../process/log-sink";
import type { OutputLine } from "../process/output";
import { LambdaFunction, logGroupOf, type FunctionInput, type Invocation } from "./function";
import { lambdaService } from "./rest";

export type { FunctionInput, Invocation } from "./function";
export type { FunctionError, Outcome } from "./sandbox";

export interface LambdaOptions {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Takes the output of all functions: group `/aws/lambda/NAME`, one stream per process. */
  readonly logs: LogSink;
}

export interface Lambda {
  /** @internal Where requests for it go. */
  readonly service: Service;
  /** Answers the function's ARN. */
  createFunction(input: FunctionInput): string;
  /** Synchronously. @throws CloudError ResourceNotFoundException, TooManyRequestsException */
  invoke(name: string, event?: unknown): Promise<Invocation>;
  /** Asynchronously, as EventBridge does it: with retries, failures only in the output. Resolves when it is over. */
  invokeLater(name: string, event?: unknown): Promise<void>;
  /** The last lines a function wrote, START, END and REPORT among them. */
  output(name: string): readonly OutputLine[];
  /** Called for each line of any function; the answer ends that. */
  onLine(listener: (name: string, line: OutputLine) => void): () => void;
  /** Ends all processes. */
  close(): Promise<void>;
}

export function makeLambda(options: LambdaOptions): Lambda {
  const functions = new Map<string, LambdaFunction>();
  const replaced: LambdaFunction[] = [];
  const listeners = new Set<(name: string, line: OutputLine) => void>();
  const onLine = (name: string, line: OutputLine) => {
    if (line.source !== undefined) {
      options.logs.put({ group: logGroupOf(name), stream: line.source, at: line.at, message: line.line });
    }
    for (const listener of listeners) listener(name, line);
  };
  const find = (name: string): LambdaFunction => {
    const found = functions.get(name);
    if (found === undefined) {
      const arn = `arn:aws:lambda:${options.region}:${options.accountId}:function:${name}`;
      throw new CloudError(404, "ResourceNotFoundException", `Function not found: ${arn}`);
    }
    return found;
  };
  return {
    service: lambdaService(find),
    createFunction(input) {
      const made = new LambdaFunction({ ...input, module: resolvePath(input.module) }, { ...options, onLine });
      const old = functions.get(input.name);
      if (old !== undefined) replaced.push(old);
      functions.set(input.name, made);
      return made.arn;
    },
    invoke: (name, event = {}) => find(name).invoke(event),
    invokeLater: (name, event = {}) => find(name).invokeLater(event),
    output: (name) => find(name).output.lines(),
    onLine(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      await Promise.all([...functions.values(), ...replaced].map((one) => one.close()));
    },
  };
}
