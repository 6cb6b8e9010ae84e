/** local: the local cloud out of the command line's bundle. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cli, startCli } from "../../support/cli";
import { until } from "../../support/e2e-wait";

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "cli-local-"));
});
afterEach(() => rmSync(scratch, { recursive: true }));

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "serves until %s, with 0, and leaves nothing behind; twice in a row",
  async (signal) => {
    for (let run = 1; run <= 2; run++) {
      const local = startCli(["local", "--port", "0"], { TMPDIR: scratch });
      await until("the greeting", () => local.printed().stdout.includes("Three things to try"));
      const endpoint = /^Local cloud: (http:\/\/127\.0\.0\.1:\d+) /.exec(local.printed().stdout)?.[1] ?? "";
      const health = await fetch(`${endpoint}/_cloud/health`);
      expect(await health.json()).toMatchObject({ status: "ok", seed: 1 });
      local.kill(signal);
      const { code, stdout, stderr } = await local.ended;
      expect({ code, stderr, left: readdirSync(scratch) }).toEqual({ code: 0, stderr: "", left: [] });
      expect(stdout).toContain("  export AWS_ACCESS_KEY_ID=AKIALOCALOPERATOR\n");
      expect(stdout.endsWith("\n\nClosing.\n")).toBe(true);
    }
  },
);

test("--json is one document with what a program needs", async () => {
  const local = startCli(["local", "--port", "0", "--seed", "7", "--json"], { TMPDIR: scratch });
  await until("the document", () => local.printed().stdout.endsWith("}\n"));
  local.kill("SIGTERM");
  const { code, stdout } = await local.ended;
  expect(code).toBe(0);
  const told = JSON.parse(stdout) as { endpoint: string; environment: Record<string, string> };
  expect(told).toMatchObject({ source: "local-source", destination: "local-destination--eun1-az1--x-s3" });
  expect(told.environment).toMatchObject({ AWS_ENDPOINT_URL: told.endpoint, AWS_REGION: "eu-north-1" });
});

test("a port that is taken is exit 1 with what to do", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const port = String((other.address() as AddressInfo).port);
  const answer = await cli(["local", "--port", port], { TMPDIR: scratch });
  other.close();
  expect(answer).toEqual({
    code: 1,
    stdout: "",
    stderr: `Port ${port} is in use. Choose another with --port, or --port 0.\n`,
  });
  expect(readdirSync(scratch)).toEqual([]);
});

test("wrong usage is exit 2 and names every problem", async () => {
  expect(await cli(["local", "--port", "many", "--seed", "-1"])).toEqual({
    code: 2,
    stdout: "",
    stderr:
      "Several problems:\n" +
      '  - --port must be a whole number from 0 to 65535, not "many"\n' +
      '  - --seed must be a whole number from 0 to 2147483648, not "-1"\n',
  });
  expect(await cli(["local", "--bogus"])).toMatchObject({ code: 2, stdout: "" });
});
