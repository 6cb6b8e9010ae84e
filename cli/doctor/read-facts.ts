/** The facts out of AWS, or the local cloud: every call is an adapter's. */
import {
  makeDestinationBucket,
  makeDestinationClient,
  makeQueueClient,
  makeSourceBucket,
  makeSourceClient,
} from "../../aws";
import { makeListing } from "../../aws/listings";
import { readTasks } from "../../aws/fleet";
import { readCaller, readFargateQuota, readKey } from "../../aws/operator/account";
import { countTags, readEncryption, readNotifications } from "../../aws/operator/bucket-configuration";
import { makeOperatorClients } from "../../aws/operator/clients";
import { readSubnetRoutes } from "../../aws/operator/network";
import { readQueueSetup } from "../../aws/operator/queue-setup";
import { readRuleTargets } from "../../aws/operator/rule-targets";
import { readRule } from "../../aws/operator/schedule-rule";
import { readStarter } from "../../aws/operator/starter-function";
import { readTaskDefinition } from "../../aws/operator/task-definition";
import { parseStarterEnv, parseWorkerEnv } from "../../core/env";
import { assessFleet } from "../../core/fleet";
import { isUnderPrefix } from "../../core/keys";
import type { ListedObject, Listing } from "../../core/ports";
import type { System } from "../../core/system";
import { makePatience, type PatienceDeps } from "../shell/patience";
import type { Facts, Sample } from "./facts";

export interface ReadFacts extends Facts {
  destroy(): void;
}

const SLOTS = 8;

/** @param sampleSize keys that are looked at */
export function readFacts(system: System, sampleSize: number, { clock, random, signal }: PatienceDeps): ReadFacts {
  const patience = makePatience({ clock, random, signal });
  const { region, sourceBucket, destinationBucket } = system;
  const clients = makeOperatorClients(region);
  const queueClient = makeQueueClient({ region });
  const sourceClient = makeSourceClient({ region, slots: SLOTS }, sourceBucket);
  const express = makeDestinationClient({ region, slots: SLOTS });
  // A client that has signed for one kind of bucket goes on so: bucket-level calls of the directory bucket have their own.
  const control = makeDestinationClient({ region, slots: SLOTS });
  const source = patience.source(makeSourceBucket({ client: sourceClient, name: sourceBucket }));
  const destination = patience.destination(
    makeDestinationBucket({
      client: express.client,
      sessions: express.sessions,
      name: destinationBucket,
      sourceBucket,
    }),
  );
  const once = memo();
  return {
    system,
    caller: () => once("caller", () => readCaller(clients.sts, signal)),
    sourceExists: () => once("sourceExists", () => source.exists(signal)),
    headSource: (key) => source.head(key, signal),
    headDestination: (key) => destination.head(key, signal),
    notifications: () => once("notifications", () => readNotifications(sourceClient, sourceBucket, signal)),
    sourceEncryption: () => once("sourceEncryption", () => readEncryption(sourceClient, sourceBucket, signal)),
    destinationEncryption: () =>
      once("destinationEncryption", () => readEncryption(control.client, destinationBucket, signal)),
    key: (arn) => once(`key ${arn}`, () => readKey(clients.kms, arn, signal)),
    queue: () => once("queue", () => readQueueSetup(queueClient, system.queueUrl, signal)),
    deadLetters: () => once("deadLetters", () => readQueueSetup(queueClient, system.deadLetterQueueUrl, signal)),
    starter: () =>
      once("starter", async () => {
        const { environment } = await readStarter(clients.lambda, system.starter, signal);
        return parseStarterEnv(environment);
      }),
    rule: () =>
      once("rule", async () => {
        const rule = await readRule(clients.events, system.starterRule, signal);
        return { ...rule, targets: await readRuleTargets(clients.events, system.starterRule, signal) };
      }),
    workers: () =>
      once("workers", async () => {
        const tasks = await readTasks(clients.ecs, system, { signal });
        return assessFleet(tasks, { launches: [], spotRefusedAt: 0 }, clock.wallMs()).running;
      }),
    task: () =>
      once("task", async () => {
        const task = await readTaskDefinition(clients.ecs, system.taskFamily, signal);
        return { ...task, worker: parseWorkerEnv(task.environment) };
      }),
    subnets: (ids) => once(`subnets ${ids.join()}`, () => readSubnetRoutes(clients.ec2, ids, signal)),
    quota: (capacity) => once(`quota ${capacity}`, () => readFargateQuota(clients.quotas, capacity, signal)),
    sample: () =>
      once("sample", () =>
        takeSample(
          patience.listing(makeListing({ client: sourceClient, name: sourceBucket })),
          system.prefix,
          sampleSize,
          signal,
        ),
      ),
    tags: (key) => countTags(sourceClient, sourceBucket, key, signal),
    destroy() {
      for (const one of [clients, queueClient, sourceClient, express, control]) one.destroy();
    },
  };
}

/** Several checks may ask for one fact; a failure is theirs in common, too. */
function memo(): <T>(name: string, read: () => Promise<T>) => Promise<T> {
  const known = new Map<string, Promise<unknown>>();
  return <T>(name: string, read: () => Promise<T>): Promise<T> => {
    const found = known.get(name) as Promise<T> | undefined;
    if (found !== undefined) return found;
    const made = read();
    known.set(name, made);
    return made;
  };
}

async function takeSample(listing: Listing, prefix: string, size: number, signal: AbortSignal): Promise<Sample> {
  const objects: ListedObject[] = [];
  let token: string | undefined;
  do {
    const page = await listing.list({ prefix, ...(token === undefined ? {} : { token }) }, signal);
    objects.push(...page.objects.filter(({ key }) => isUnderPrefix(key, prefix)));
    token = page.token;
  } while (token !== undefined && objects.length < size);
  return { objects, complete: token === undefined };
}
