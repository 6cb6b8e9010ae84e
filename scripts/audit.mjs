// `npm run audit`: fails on advisories of high or critical severity that scripts/audit-exceptions.json does not excuse. An exception names the
// advisory, why it does no harm here, and the day on which somebody has to look again:
//   [{ "advisory": "GHSA-xxxx-yyyy-zzzz", "reason": "only reached by ...", "until": "2027-01-31" }]
//
// Not every registry answers questions about advisories. Where none does, that is said and nothing fails, unless AUDIT_REQUIRED=1.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const EXCEPTIONS = "scripts/audit-exceptions.json";
const SEVERITIES = new Set(["high", "critical"]);

const { exceptions, problems } = readExceptions();
const report = askRegistry();
if (problems.length > 0) finish(2, problems);
if (report.vulnerabilities === undefined) {
  const why = `audit: NOT MADE: ${report.message ?? report.error?.summary ?? "npm audit gave no report"}`;
  if (process.env.AUDIT_REQUIRED === "1") finish(1, [why]);
  finish(0, [why, "       (no failure; with AUDIT_REQUIRED=1 it is one)"]);
}
const today = new Date().toISOString().slice(0, 10);
const found = severeAdvisories(report);
const excuses = new Map(exceptions.map((exception) => [exception.advisory, exception]));
const lines = found.map((advisory) => judged(advisory, excuses.get(advisory.id)));
const stale = exceptions
  .filter(({ advisory }) => !found.some(({ id }) => id === advisory))
  .map(({ advisory }) => `no longer needed: the exception for ${advisory} in ${EXCEPTIONS}`);
const failures = lines.filter(({ ok }) => !ok).length;
const verdict = `audit: ${found.length} of high or critical severity, ${failures} not excused`;
finish(failures > 0 ? 1 : 0, [...lines.map(({ text }) => text), ...stale, verdict]);

/** One entry per advisory, with every installed package that carries it. */
function severeAdvisories({ vulnerabilities }) {
  const byId = new Map();
  for (const { via } of Object.values(vulnerabilities)) {
    for (const advisory of via) {
      if (typeof advisory === "string" || !SEVERITIES.has(advisory.severity)) continue;
      const id = advisory.url.split("/").at(-1);
      byId.set(id, { id, ...advisory });
    }
  }
  return [...byId.values()].sort((a, b) => a.id.localeCompare(b.id));
}

function judged({ id, name, severity, title, range, url }, excuse) {
  const what = `${severity}: ${name} ${range}: ${title} (${url})`;
  if (excuse === undefined) return { ok: false, text: `${what}\n  update it, or excuse ${id} in ${EXCEPTIONS}` };
  if (excuse.until < today) return { ok: false, text: `${what}\n  its exception ended on ${excuse.until}: look again` };
  return { ok: true, text: `excused until ${excuse.until}: ${what}\n  ${excuse.reason}` };
}

function readExceptions() {
  if (!existsSync(EXCEPTIONS)) return { exceptions: [], problems: [] };
  let entries;
  try {
    entries = JSON.parse(readFileSync(EXCEPTIONS, "utf8"));
  } catch (error) {
    return { exceptions: [], problems: [`${EXCEPTIONS}: ${error.message}`] };
  }
  if (!Array.isArray(entries)) return { exceptions: [], problems: [`${EXCEPTIONS}: must be a list`] };
  const problems = entries.flatMap((entry, index) => {
    const at = `${EXCEPTIONS}: entry ${index + 1}`;
    return [
      /^GHSA(-[\da-z]{4}){3}$/.test(entry?.advisory) ? [] : [`${at}: "advisory" must look like GHSA-xxxx-yyyy-zzzz`],
      (entry?.reason?.length ?? 0) >= 10 ? [] : [`${at}: "reason" must say why it does no harm here`],
      /^\d{4}-\d{2}-\d{2}$/.test(entry?.until) ? [] : [`${at}: "until" must be a date like 2027-01-31`],
    ].flat();
  });
  return { exceptions: entries, problems };
}

function askRegistry() {
  const args = ["audit", "--json", "--audit-level=high", "--fetch-retries=0", "--fetch-timeout=30000"];
  const npm = process.env.npm_execpath;
  const { stdout, error } =
    npm === undefined
      ? spawnSync("npm", args, { encoding: "utf8" })
      : spawnSync(process.execPath, [npm, ...args], { encoding: "utf8" });
  if (error !== undefined) return { message: error.message };
  try {
    return JSON.parse(stdout);
  } catch {
    return { message: "npm audit printed no JSON" };
  }
}

function finish(code, text) {
  console.log(text.join("\n"));
  process.exit(code);
}
