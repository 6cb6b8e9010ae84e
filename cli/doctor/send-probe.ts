/** Sends a probe through the system: the adapters of its two buckets, the queue and the starter. */
import { makeDestinationBucket, makeDestinationClient, makeSourceBucket, makeSourceClient } from "../../aws";
import { makeOperatorClients, type OperatorClients } from "../../aws/operator/clients";
import { makeProbeObject } from "../../aws/operator/probe-object";
import { readQueueState } from "../../aws/operator/queue-state";
import { invokeStarter } from "../../aws/operator/starter-function";
import type { SystemField } from "../../core/system";
import { sha256 } from "../../worker/digest";
import type { Context } from "../shell/context";
import { cliError } from "../shell/errors";
import { makePatience } from "../shell/patience";
import { probeKey, type ProbeRequest } from "./options";
import { probe, type ProbeResult } from "./probe";

export async function sendProbe(context: Context<SystemField>, asked: ProbeRequest): Promise<ProbeResult> {
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
