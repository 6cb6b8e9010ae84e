/** The dependency audit: the real `npm audit` against a registry on loopback that knows one bad package. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";

jest.setTimeout(60_000);

const SCRIPT = path.resolve(__dirname, "../../scripts/audit.mjs");
const BAD = {
  id: 1,
  url: "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
  title: "Pads on the wrong side",
  vulnerable_versions: "<=1.3.0",
  cwe: [],
  cvss: { score: 8, vectorString: null },
};
const EXCUSE = { advisory: "GHSA-aaaa-bbbb-cccc", reason: "only the tests pad anything", until: "9999-12-31" };

let folder: string;
let registry: http.Server;
let severity: string | undefined;

beforeAll(async () => {
  registry = http.createServer((request, response) => {
    request.resume();
    const knows = request.method === "POST" && severity !== undefined;
    response.writeHead(knows ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(knows ? { "left-pad": [{ ...BAD, severity }] } : {}));
  });
  await new Promise<void>((resolve) => void registry.listen(0, "127.0.0.1", resolve));
});
afterAll(() => void registry.close());

beforeEach(() => {
  severity = "high";
  folder = mkdtempSync(path.join(tmpdir(), "audit-test-"));
  mkdirSync(path.join(folder, "scripts"));
  const root = { name: "project", version: "1.0.0", dependencies: { "left-pad": "1.3.0" } };
  const packages = { "": root, "node_modules/left-pad": { version: "1.3.0" } };
  write("package.json", root);
  write("package-lock.json", { ...root, lockfileVersion: 3, requires: true, packages });
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: unknown): void {
  writeFileSync(path.join(folder, name), JSON.stringify(content));
}

async function audit(environment: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; output: string }> {
  const { port } = registry.address() as AddressInfo;
  const env = {
    ...process.env,
    npm_config_registry: `http://127.0.0.1:${port}/`,
    // npm keeps what it has been told about an advisory.
    npm_config_cache: path.join(folder, `cache-${severity}`),
    npm_config_update_notifier: "false",
    ...environment,
  };
  const child = spawn(process.execPath, [SCRIPT], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => void child.once("close", resolve));
  const output = await text(child.stdout);
  return { code: await ended, output };
}

test("an advisory of high severity fails, and says what to do", async () => {
  expect(await audit()).toEqual({
    code: 1,
    output:
      "high: left-pad <=1.3.0: Pads on the wrong side (https://github.com/advisories/GHSA-aaaa-bbbb-cccc)\n" +
      "  update it, or excuse GHSA-aaaa-bbbb-cccc in scripts/audit-exceptions.json\n" +
      "audit: 1 of high or critical severity, 1 not excused\n",
  });
});

test("one of moderate severity does not", async () => {
  severity = "moderate";
  expect(await audit()).toEqual({ code: 0, output: "audit: 0 of high or critical severity, 0 not excused\n" });
});

test("an exception excuses it until its day, and is named when nothing needs it", async () => {
  write("scripts/audit-exceptions.json", [EXCUSE]);
  const excused = await audit();
  expect(excused.code).toBe(0);
  expect(excused.output).toContain("excused until 9999-12-31: high: left-pad");
  expect(excused.output).toContain("only the tests pad anything");
  write("scripts/audit-exceptions.json", [{ ...EXCUSE, until: "2020-01-01" }]);
  const over = await audit();
  expect(over.code).toBe(1);
  expect(over.output).toContain("its exception ended on 2020-01-01: look again");
  severity = "low";
  expect((await audit()).output).toContain("no longer needed: the exception for GHSA-aaaa-bbbb-cccc");
});

test("every problem of the exceptions is named at once", async () => {
  write("scripts/audit-exceptions.json", [{ advisory: "left-pad", reason: "", until: "soon" }]);
  const { code, output } = await audit();
  expect(code).toBe(2);
  expect(output.match(/entry 1: "(\w+)"/g)).toEqual(['entry 1: "advisory"', 'entry 1: "reason"', 'entry 1: "until"']);
});

test("a registry that knows no advisories is said, and is a failure only where an audit is required", async () => {
  severity = undefined;
  const { code, output } = await audit();
  expect(code).toBe(0);
  expect(output).toMatch(/^audit: NOT MADE: .*404/);
  expect((await audit({ AUDIT_REQUIRED: "1" })).code).toBe(1);
});
