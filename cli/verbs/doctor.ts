/** doctor: what is misconfigured, and what to do about it; with --probe an object goes the whole way. */
import { SYSTEM_FIELD_NAMES, type SystemField } from "../../core/system";
import { runChecks } from "../doctor/check";
import { CHECKS } from "../doctor/checks";
import { type DoctorRequest, type ProbeRequest, readDoctorOptions } from "../doctor/options";
import type { Facts } from "../doctor/facts";
import { readFacts } from "../doctor/read-facts";
import { expectUnused } from "../doctor/probe";
import { planDocument, planRows } from "../doctor/probe-plan";
import { sendProbe } from "../doctor/send-probe";
import { printObstacles, printPlan, printProbe, printResults, totalsOf } from "../doctor/show";
import { obstaclesTo, readStanding } from "../doctor/standstill";
import type { Context } from "../shell/context";
import type { ExitCode } from "../shell/errors";
import { makeVerb, type Shell } from "../shell/verb";

/** All: it is about the whole system. */
const NEEDS: readonly SystemField[] = SYSTEM_FIELD_NAMES;

export function doctorVerb(shell: Shell) {
  return makeVerb("doctor", {
    summary: "find what is misconfigured, with the fix",
    description: [
      "Looks along the way of an object: Region and zone, both buckets, events and the queue's policy, schedule and starter, task",
      "definition, subnets and endpoints, Fargate quotas, keys, visibility, and a sample of the source's objects. It looks with your",
      "rights, which are not the worker's.\n",
      "--probe writes a small object under the prefix, times each leg of its way and takes it away. Where no worker runs and nothing",
      "can start one (the most workers allowed is 0, or the schedule is off and --trigger is not given) it writes nothing, says what",
      "to do and does not wait. It cannot see what `work` runs on some machine: then add --force.",
      "Exit codes: 0 no problem (warnings and what could not be looked at are told), 1 a problem, or a probe that got stuck or could not be sent, 2 wrong usage.",
    ].join("\n"),
    needs: NEEDS,
    examples: ["doctor", "doctor --probe --trigger", "doctor --probe --dry-run", "doctor --json"],
    json: "one document",
  })
    .option("--sample <n>", "keys of the source to look at (default 2000)")
    .option("--probe", "send an object the whole way and time each leg")
    .option("--probe-name <name>", "its key, behind the prefix (default .s3-express-sync-probe/ and a random name)")
    .option("--timeout <span>", "with --probe: how long a leg of it may take, such as 90s or 10m (default 5m)")
    .option("--trigger", "with --probe: run the starter now instead of waiting for its schedule")
    .option("--force", "with --probe: send it although nothing could start a worker: one of `work` takes it")
    .option("--dry-run", "with --probe: say what it would do, write nothing")
    .action((options) =>
      shell.runAsked(options, NEEDS, ({ prefix = "" }) => readDoctorOptions(options, prefix), examine),
    );
}

async function examine(context: Context<SystemField>, { sample, probe }: DoctorRequest): Promise<ExitCode> {
  const { out, signal, system, onEnd } = context;
  const facts = readFacts(system, sample, context);
  onEnd(() => facts.destroy());
  const progress = out.progress("checks", CHECKS.length);
  const checks = await runChecks(CHECKS, facts, signal, (done) => progress.update(done)).finally(() => progress.end());
  printResults(out, checks);
  const totals = totalsOf(checks);
  const probed = probe === undefined ? undefined : await send(context, facts, probe);
  out.document({ ...totals, checks, ...(probed === undefined ? {} : { probe: probed.document }) });
  return totals.problems > 0 || probed?.failed === true ? 1 : 0;
}

interface Probed {
  readonly document: object;
  readonly failed: boolean;
}

async function send(context: Context<SystemField>, facts: Facts, asked: ProbeRequest): Promise<Probed> {
  const { out, system, signal } = context;
  const obstacles = asked.force ? [] : obstaclesTo(await readStanding(facts), system, asked.trigger);
  signal.throwIfAborted();
  if (obstacles.length > 0) {
    printObstacles(out, obstacles, asked.dryRun);
    return { document: { ...(asked.dryRun ? { dryRun: true } : {}), notSent: obstacles }, failed: true };
  }
  if (asked.dryRun) return foretell(context, facts, asked);
  const result = await sendProbe(context, asked);
  printProbe(out, result);
  return { document: result, failed: result.failed !== undefined };
}

async function foretell({ out, system }: Context<SystemField>, facts: Facts, asked: ProbeRequest): Promise<Probed> {
  const { key } = asked;
  if (key !== undefined) {
    await expectUnused(key, { source: () => facts.headSource(key), destination: () => facts.headDestination(key) });
  }
  printPlan(out, planRows(asked, system));
  return { document: planDocument(asked, system), failed: false };
}
