/** From the body of a verb to exit code and words: errors, Ctrl-C, questions, what has to be closed. */
import { PassThrough } from "node:stream";
import type { Context } from "../../../cli/shell/context";
import { cliError, type ExitCode, explainError, usageProblems } from "../../../cli/shell/errors";
import { makeShell } from "../../../cli/shell/shell";
import type { Read, Shell } from "../../../cli/shell/verb";
import { syncError } from "../../../core/errors";
import { makeClock } from "../../support/worker-clock";

interface Setting {
  readonly environment?: Readonly<Record<string, string>>;
  readonly debug?: true;
  readonly signal?: AbortSignal;
  readonly answer?: string;
  readonly isTTY?: boolean;
}

async function withShell(
  use: (shell: Shell) => Promise<void>,
  { environment = {}, signal = new AbortController().signal, answer, isTTY = false }: Setting,
) {
  let [stdout, stderr] = ["", ""];
  const codes: ExitCode[] = [];
  const clock = makeClock();
  const stream = new PassThrough().on("data", (data: Buffer) => (stderr += data.toString("utf8")));
  const shell = makeShell({
    environment,
    stack: () => Promise.resolve("No stack is selected."),
    stdout: { write: (text) => (stdout += text) },
    stderr: Object.assign(stream, { isTTY, columns: 80 }),
    clock,
    random: () => 0.5,
    signal,
    every: () => () => undefined,
    ask: () => Promise.resolve(answer),
    exit: (code) => codes.push(code),
  });
  await use(shell);
  return { codes, stdout, stderr };
}

const run = (body: (context: Context) => Promise<ExitCode>, setting: Setting = {}) =>
  withShell((shell) => shell.run({ debug: setting.debug }, [], body), setting);

/** A verb that needs to know the queue. */
async function asked(read: Read<string>, environment: Readonly<Record<string, string>> = {}) {
  const body: string[] = [];
  const ended = await withShell(
    (shell) =>
      shell.runAsked({}, ["queueUrl"], read, (_, what) => {
        body.push(what);
        return Promise.resolve(0);
      }),
    { environment },
  );
  return { ...ended, body };
}

it.each([0, 1, 2] as const)("what the body answers is the exit code: %s", async (code) => {
  expect(await run(() => Promise.resolve(code))).toEqual({ codes: [code], stdout: "", stderr: "" });
});

it.each([
  [cliError("It failed."), 1, "It failed.\n"],
  [cliError("Wrong.", 2), 2, "Wrong.\n"],
  [usageProblems(["a"]), 2, "a\n"],
  [usageProblems(["a", "b"]), 2, "Several problems:\n  - a\n  - b\n"],
  [new TypeError("odd"), 1, "TypeError: odd\n"],
])("%s ends with %s, without a stack trace", async (error, code, stderr) => {
  expect(await run(() => Promise.reject(error))).toEqual({ codes: [code], stdout: "", stderr });
});

it("--debug adds the stack trace", async () => {
  const { stderr } = await run(() => Promise.reject(new Error("odd")), { debug: true });
  expect(stderr).toMatch(/^odd\nError: odd\n {4}at /);
});

it("after Ctrl-C whatever was thrown is an interruption, but for what a person must know", async () => {
  const signal = AbortSignal.abort();
  expect(await run(() => Promise.reject(new Error("aborted")), { signal })).toMatchObject({
    codes: [1],
    stderr: "Interrupted.\n",
  });
  expect(await run(() => Promise.reject(cliError("3 of 5 done.")), { signal })).toMatchObject({
    codes: [1],
    stderr: "3 of 5 done.\n",
  });
});

it.each([
  ["y", true],
  ["Yes ", true],
  ["n", false],
  ["", false],
  ["yellow", false],
  [undefined, false],
])("the answer %j agrees: %s", async (answer, agreed) => {
  const setting = answer === undefined ? {} : { answer };
  const { codes } = await run(async ({ confirm }) => ((await confirm("Really?")) ? 0 : 1), setting);
  expect(codes).toEqual([agreed ? 0 : 1]);
});

it("what is wrong with the call's own options is told together with what is not known of the system", async () => {
  const { stderr, codes, body } = await asked(() => ({
    ok: false,
    problems: ["--a is no number", "--b goes with --c only"],
  }));
  expect(stderr).toMatch(
    /^Several problems:\n {2}- --a is no number\n {2}- --b goes with --c only\n {2}- Which system\? Not known:\n/,
  );
  expect(stderr).toContain("queue of events: --queue-url or QUEUE_URL");
  expect([codes, body]).toEqual([[2], []]);
});

it("what a call asks for is read by the system it is about", async () => {
  const { codes, body } = await asked(({ queueUrl }) => ({ ok: true, config: `of ${queueUrl ?? ""}` }), {
    QUEUE_URL: "the queue",
  });
  expect([codes, body]).toEqual([[0], ["of the queue"]]);
});

it.each([
  ["an error", new AbortController().signal, "It failed."],
  ["Ctrl-C", AbortSignal.abort(), "Interrupted."],
])("%s is written after the progress has left the screen, which clears its line", async (_, signal, text) => {
  const { stderr } = await run(
    async ({ out, clock, onEnd }) => {
      const progress = out.progress("listing");
      onEnd(() => progress.end());
      await (clock as ReturnType<typeof makeClock>).advance(3_000);
      progress.update(1);
      throw new Error("It failed.");
    },
    { signal, isTTY: true },
  );
  expect(stderr).toContain("listing 1,");
  expect(stderr.endsWith(`\u001b[2K${text}\n`)).toBe(true);
});

it("closes in reverse order, also after an error", async () => {
  const closed: string[] = [];
  await run(({ onEnd }) => {
    for (const name of ["first", "second"]) onEnd(() => void closed.push(name));
    return Promise.reject(new Error("no"));
  });
  expect(closed).toEqual(["second", "first"]);
});

it.each([
  ["failed", () => Promise.reject(new Error("no")), true],
  ["is done", () => Promise.resolve(0 as const), false],
])("when a verb %s, what it began and nobody waits for is given up once all is closed: %s", async (_, end, givenUp) => {
  let aborted: boolean | undefined;
  let seen: AbortSignal | undefined;
  const { stderr } = await run(({ signal, onEnd }) => {
    seen = signal;
    onEnd(() => void (aborted = signal.aborted));
    return end();
  });
  expect({ aborted, after: seen?.aborted }).toEqual({ aborted: false, after: givenUp });
  expect(stderr).not.toContain("Interrupted");
});

const named = (name: string, message: string, code?: string) => Object.assign(new Error(message), { name, code });
const sync = (code: "AccessDenied" | "Throttled" | "Aborted") =>
  syncError({ code, operation: "HeadObject", effect: "none", message: "no" });
const DENIED =
  "These credentials may not make this call: the stack's output `operatorPolicy` is what the command line needs.";

it.each([
  ["a plain error", new Error("plain"), "plain"],
  ["no connection", named("Error", "", "ECONNREFUSED"), /^ECONNREFUSED\nNo connection\. Check the Region/],
  ["no credentials", named("CredentialsProviderError", "x"), /^CredentialsProviderError: x\nNo AWS credentials\./],
  ["expired", named("ExpiredTokenException", "x"), /\nThe AWS credentials have expired/],
  ["denied", named("AccessDeniedException", "x"), `AccessDeniedException: x\n${DENIED}`],
  ["gone", named("QueueDoesNotExist", "x"), /^QueueDoesNotExist: x\nIt is not there under this name in this Region\./],
  ["denied in S3", sync("AccessDenied"), `HeadObject: no\n${DENIED}`],
  ["slow down", sync("Throttled"), /^HeadObject: no\nS3 asked for fewer requests/],
  [
    "no answer",
    named(
      "TimeoutError",
      "@smithy/node-http-handler - [ERROR] a request has exceeded the configured 20000 ms requestTimeout.",
    ),
    /^TimeoutError: a request has exceeded the configured 20000 ms requestTimeout\.\nNo answer in time\. Check AWS_ENDPOINT_URL/,
  ],
  ["a deadline that was over", sync("Aborted"), /^HeadObject: no\nNo answer in time\. Check AWS_ENDPOINT_URL/],
  ["no error at all", "text", "text"],
])("explains %s", (_, error, text) => {
  const explained = explainError(error);
  if (typeof text === "string") expect(explained).toBe(text);
  else expect(explained).toMatch(text);
});
