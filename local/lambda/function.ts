/** One function: its configuration, its warm processes and its concurrency. Source: Lambda API Invoke, Developer Guide "Execution environments". */
import type { Clock } from "../http/clock";
import { randomHex, randomUuid, type Random } from "../http/random";
import { CloudError } from "../http/service";
import { Output, type OutputLine } from "../process/output";
import { Sandbox, type Outcome } from "./sandbox";

export interface FunctionInput {
  readonly name: string;
  /** Path of a CommonJS file. */
  readonly module: string;
  /** Default "handler". */
  readonly exportName?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Default 3. */
  readonly timeoutSeconds?: number;
  /** MB; shown, not enforced. Default 128. */
  readonly memory?: number;
  /** Undefined: up to 1,000. 0: none runs at all. */
  readonly reservedConcurrency?: number;
  /** Retries of an asynchronous invocation that failed, after one and two minutes. Default 2, as in AWS. */
  readonly retryAttempts?: number;
}

export interface Invocation {
  readonly requestId: string;
  readonly outcome: Outcome;
  readonly durationMs: number;
  /** START, the function's own lines, END, REPORT. */
  readonly log: readonly string[];
}

export interface FunctionContext {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly onLine: (name: string, line: OutputLine) => void;
}

/** Made by the first line. Source: Lambda Developer Guide "Sending Lambda function logs to CloudWatch Logs". */
export function logGroupOf(functionName: string): string {
  return `/aws/lambda/${functionName}`;
}

const RETRY_DELAYS_MS = [60_000, 120_000];
const THROTTLED_RETRY_MS = 1_000;

export class LambdaFunction {
  readonly arn: string;
  readonly output: Output;
  readonly modifiedAt: Date = new Date();
  /** Another one after every change. */
  revisionId: string;
  private sandboxes: Sandbox[] = [];
  private running = 0;
  private isClosed = false;
  private lineWatch = new Set<(line: string) => void>();

  constructor(
    private config: FunctionInput,
    private readonly context: FunctionContext,
  ) {
    this.arn = `arn:aws:lambda:${context.region}:${context.accountId}:function:${config.name}`;
    this.revisionId = randomUuid(context.random);
    this.output = new Output(
      () => context.clock.now(),
      (line) => {
        for (const watch of this.lineWatch) watch(line.line);
        context.onLine(config.name, line);
      },
    );
  }

  get configuration(): FunctionInput {
    return this.config;
  }

  /** Warm processes have the old environment, so they end. */
  async configure(change: Partial<FunctionInput>): Promise<void> {
    this.config = { ...this.config, ...change };
    this.revisionId = randomUuid(this.context.random);
    for (const sandbox of this.sandboxes) if (sandbox.isBusy) sandbox.retireWhenIdle = true;
    await Promise.all(this.sandboxes.filter((sandbox) => !sandbox.isBusy).map((sandbox) => sandbox.close()));
  }

  /** @throws CloudError TooManyRequestsException (429) beyond the reserved concurrency */
  async invoke(event: unknown): Promise<Invocation> {
    if (this.running >= (this.config.reservedConcurrency ?? 1000)) {
      throw new CloudError(429, "TooManyRequestsException", "Rate Exceeded.", {
        Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
      });
    }
    this.running += 1;
    try {
      return await this.run(event);
    } finally {
      this.running -= 1;
    }
  }

  /** Accepted at once; runs, and runs again after failures, in its own time. Resolves when it is over. */
  async invokeLater(event: unknown): Promise<void> {
    const retries = this.config.retryAttempts ?? RETRY_DELAYS_MS.length;
    for (let attempt = 0; !this.isClosed;) {
      try {
        const { outcome } = await this.invoke(event);
        if ("result" in outcome || attempt >= retries) return;
        await this.pause(RETRY_DELAYS_MS[attempt] ?? 120_000);
        attempt += 1;
      } catch {
        // Throttled: does not count as an attempt.
        await this.pause(THROTTLED_RETRY_MS);
      }
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.sandboxes.map((sandbox) => sandbox.close()));
  }

  private async run(event: unknown): Promise<Invocation> {
    const { config } = this;
    const requestId = randomUuid(this.context.random);
    const sandbox = this.freeSandbox();
    const log: string[] = [];
    const watch = (line: string) => void log.push(line);
    this.lineWatch.add(watch);
    const started = performance.now();
    this.output.add("stdout", `START RequestId: ${requestId} Version: $LATEST`, sandbox.logStream);
    const outcome = await sandbox.invoke({
      id: requestId,
      event,
      timeoutMs: (config.timeoutSeconds ?? 3) * 1000,
      context: {
        awsRequestId: requestId,
        functionName: config.name,
        functionVersion: "$LATEST",
        invokedFunctionArn: this.arn,
        memoryLimitInMB: String(config.memory ?? 128),
        logGroupName: logGroupOf(config.name),
        logStreamName: sandbox.logStream,
        callbackWaitsForEmptyEventLoop: false,
      },
    });
    const durationMs = performance.now() - started;
    // Output comes through pipes of its own: let what was written before the answer arrive.
    await new Promise((resolve) => setImmediate(resolve));
    this.output.add("stdout", `END RequestId: ${requestId}`, sandbox.logStream);
    this.output.add(
      "stdout",
      `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\tMemory Size: ${config.memory ?? 128} MB`,
      sandbox.logStream,
    );
    this.lineWatch.delete(watch);
    return { requestId, outcome, durationMs, log };
  }

  private freeSandbox(): Sandbox {
    this.sandboxes = this.sandboxes.filter((sandbox) => !sandbox.isGone);
    const idle = this.sandboxes.find((sandbox) => !sandbox.isBusy && !sandbox.isDead);
    if (idle !== undefined) return idle;
    const { config, context } = this;
    const logStream = this.newLogStream();
    const made = new Sandbox(
      {
        PATH: process.env["PATH"] ?? "",
        TZ: ":UTC",
        AWS_REGION: context.region,
        AWS_LAMBDA_FUNCTION_NAME: config.name,
        AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
        AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(config.name),
        AWS_LAMBDA_LOG_STREAM_NAME: logStream,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memory ?? 128),
        _HANDLER: `${config.name}.${config.exportName ?? "handler"}`,
        ...config.environment,
        _LOCAL_MODULE: config.module,
        _LOCAL_EXPORT: config.exportName ?? "handler",
      },
      this.output,
      logStream,
    );
    this.sandboxes.push(made);
    return made;
  }

  /** Date, version and a random end, one per execution environment. */
  private newLogStream(): string {
    const day = new Date(this.context.clock.now()).toISOString().slice(0, 10).replaceAll("-", "/");
    return `${day}/[$LATEST]${randomHex(this.context.random, 32)}`;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.context.clock.after(ms, resolve));
  }
}
