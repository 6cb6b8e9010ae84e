/** doctor: what is misconfigured, and what to do about it; with --probe an object goes the whole way. */
import { makeDestinationBucket, makeDestinationClient, makeSourceBucket, makeSourceClient } from "../../aws";
import { makeOperatorClients, type OperatorClients } from "../../aws/operator/clients";
import { makeProbeObject } from "../../aws/operator/probe-object";
import { readQueueState } from "../../aws/operator/queue-state";
import { invokeStarter } from "../../aws/operator/starter-function";
import { SYSTEM_FIELD_NAMES, type SystemField } from "../../core/system";
import { sha256 } from "../../worker/digest";
import { runChecks } from "../doctor/check";
import { CHECKS } from "../doctor/checks";
import { probeKey, type ProbeRequest, readDoctorOptions } from "../doctor/options";
import { probe, type ProbeResult } from "../doctor/probe";
import { readFacts } from "../doctor/read-facts";
import { printProbe, printResults, totalsOf } from "../doctor/show";
import type { Context } from "../shell/context";
import { cliError } from "../shell/errors";
import { makePatience } from "../shell/patience";
import { makeVerb, type Shell } from "../shell/verb";

/** All: it is about the whole system. */
const NEEDS: readonly SystemField[] = SYSTEM_FIELD_NAMES;

export function doctorVerb(shell: Shell) {
  return makeVerb("doctor", {
    summary: "find what is misconfigured, with the fix",
    description: [
      "Looks along the way of an object: Region and zone, both buckets, events and the queue's policy, schedule and starter, task",
      "definition, subnets and endpoints, Fargate quotas, keys, visibility, and a sample of the source's objects. It looks with your",
      "rights, which are not the worker's. --probe writes a small object under the prefix, times each leg of its way and takes it away.",
      "Exit codes: 0 no problem (warnings and what could not be looked at are told), 1 a problem or a probe that got stuck, 2 wrong usage.",
    ].join("\n"),
    needs: NEEDS,
    examples: ["doctor", "doctor --probe --trigger", "doctor --json"],
    json: "one document",
  })
    .option("--sample <n>", "keys of the source to look at (default 2000)")
    .option("--probe", "send an object the whole way and time each leg")
    .option("--probe-name <name>", "its key, behind the prefix (default .s3-express-sync-probe/ and a random name)")
    .option("--timeout <seconds>", "how long a leg of the probe may take (default 300)")
    .option("--trigger", "with --probe: run the starter now instead of waiting for its schedule")
    .action((options) =>
      shell.runAsked(
        options,
        NEEDS,
        ({ prefix = "" }) => readDoctorOptions(options, prefix),
        async (context, asked) => {
          const { out, signal, system, onEnd } = context;
          const facts = readFacts(system, asked.sample, context);
          onEnd(() => facts.destroy());
          const progress = out.progress("checks", CHECKS.length);
          const results = await runChecks(CHECKS, facts, signal, (done) => progress.update(done)).finally(() =>
            progress.end(),
          );
          printResults(out, results);
          const probed = asked.probe === undefined ? undefined : await runProbe(context, asked.probe);
          const totals = totalsOf(results);
          if (probed !== undefined) printProbe(out, probed);
          out.document({ ...totals, checks: results, ...(probed === undefined ? {} : { probe: probed }) });
          return totals.problems > 0 || probed?.failed !== undefined ? 1 : 0;
        },
      ),
    );
}

async function runProbe(context: Context<SystemField>, asked: ProbeRequest): Promise<ProbeResult> {
  const { system, out, clock, signal, onEnd, random } = context;
  const key = asked.key ?? probeKey(system.prefix, random);
  const { region, sourceBucket, destinationBucket } = system;
  const clients = makeOperatorClients(region);
  const sourceClient = makeSourceClient({ region, slots: 2 }, sourceBucket);
  const { client, sessions, destroy } = makeDestinationClient({ region, slots: 2 });
  onEnd(() => {
    for (const one of [clients, sourceClient, { destroy }]) one.destroy();
  });
  const patience = makePatience(context);
  out.note(`Probing with ${JSON.stringify(key)}; Ctrl-C takes it away again.`);
  const leftBehind: string[] = [];
  onEnd(() => leftBehind.forEach((text) => out.note(text)));
  const probing = probe(
    {
      clock,
      source: patience.source(makeSourceBucket({ client: sourceClient, name: sourceBucket })),
      destination: patience.destination(
        makeDestinationBucket({ client, sessions, name: destinationBucket, sourceBucket }),
      ),
      object: makeProbeObject(sourceClient, sourceBucket, key),
      digest: sha256,
      depth: (until) => readQueueState(clients.sqs, system.queueUrl, until),
      trigger: asked.trigger ? (until) => runStarter(clients, system.starter, until) : undefined,
      leftBehind: (text) => leftBehind.push(text),
      timeoutMs: asked.timeoutSeconds * 1000,
    },
    key,
    signal,
  );
  return out.waiting("the probe is on its way", probing);
}

async function runStarter({ lambda }: OperatorClients, starter: string, signal: AbortSignal): Promise<void> {
  const { failure } = await invokeStarter(lambda, starter, signal);
  if (failure !== undefined) throw cliError(`The starter ${starter} failed: ${failure}`);
}
