/** Nothing secret is ever written: neither the access key's secret nor a token, whatever AWS puts into its messages. */
import { BRIEF, withStack } from "../../support/e2e";
import { workerProcess } from "../../support/e2e-worker";

jest.setTimeout(120_000);

const WORKER = {
  name: "worker",
  accessKeyId: "AKIALOCALWORKER",
  secretAccessKey: "the-secret-of-the-worker",
  sessionToken: "the-token-of-the-task-role",
};
const cloud = { principals: ["operator", "starter", WORKER] };
const SECRETS = [WORKER.secretAccessKey, WORKER.sessionToken, "wrong-secret"];

function expectNoSecret(lines: readonly string[]): void {
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) for (const secret of SECRETS) expect(line).not.toContain(secret);
  // Whatever follows such a header name would be a token, of the role or of a session.
  for (const line of lines) expect(line).not.toMatch(/x-amz-(?:s3session|security)-token:(?!\*)\S/i);
}

test("refused calls of every kind, at level debug", async () => {
  const settings = { ...BRIEF, logLevel: "debug" } as const;
  await withStack({ cloud, settings }, async ({ cloud: local, source, put, worker, drained }) => {
    for (const operation of ["CopyObject", "DeleteObject", "ReceiveMessage", "DeleteMessageBatch"]) {
      local.faults.add({ operation, times: 2, action: { type: "throttle" } });
    }
    await put("a", "content");
    await put("b", "content");
    local.s3.delete(source, "b");
    const one = await worker();
    local.s3.expireSessions();
    await drained();
    await one.ended(0);
    expect(one.events("call-failed").length).toBeGreaterThanOrEqual(2);
    expectNoSecret(one.lines());
  });
});

test("a wrong secret: AWS answers with the canonical request, tokens included", async () => {
  const workerEnvironment = { AWS_SECRET_ACCESS_KEY: "wrong-secret" };
  await withStack({ cloud, settings: BRIEF, workerEnvironment }, async ({ cloud: local, runWorker }) => {
    const one = workerProcess(local.ecs, await runWorker());
    await one.ended(1);
    expect(one.events("set-up-problems")).toHaveLength(1);
    expect(one.lines().join("\n")).toContain("signature");
    expectNoSecret(one.lines());
  });
});
