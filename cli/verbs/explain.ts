/** explain: everything known about one key. */
import { makeDestinationBucket, makeDestinationClient, makeSourceBucket, makeSourceClient } from "../../aws";
import { makeOperatorClients } from "../../aws/operator/clients";
import { readLog } from "../../aws/operator/logs";
import { readTaskDefinition } from "../../aws/operator/task-definition";
import { DEFAULTS, parseWorkerEnv } from "../../core/env";
import { isWellFormed, MAX_KEY_BYTES } from "../../core/keys";
import { utf8Length } from "../../core/fingerprint";
import type { CopySizes } from "../../core/parts";
import { sha256 } from "../../worker/digest";
import { explain } from "../explain/gather";
import { readKeyLetters } from "../explain/letters";
import { explanationLines } from "../explain/show";
import { whatWouldHappen } from "../explain/words";
import type { Line } from "../logs/line";
import { readOnce } from "../logs/read";
import { readSince, startOf } from "../logs/since";
import { makePatience } from "../shell/patience";
import { makeVerb, type Shell } from "../shell/verb";

const NEEDS = [
  ...(["region", "sourceBucket", "destinationBucket", "prefix"] as const),
  ...(["taskFamily", "workerLogGroup", "deadLetterQueueUrl"] as const),
] as const;

type Field = (typeof NEEDS)[number];

/** Who looks into no queue need not know it. */
function needsOf({ deadLetters }: { readonly deadLetters: boolean }): readonly Field[] {
  return deadLetters ? NEEDS : NEEDS.filter((field) => field !== "deadLetterQueueUrl");
}

export function explainVerb(shell: Shell) {
  return makeVerb("explain", {
    summary: "everything known about one key",
    description: [
      "Source and destination as they are now, the fingerprint, whether both are equal, open uploads, messages and the last decision by",
      "the log of the fleet's workers, dead letters, and what a worker would do next. What waits in the queue cannot be seen, and what",
      "`work` did on somebody's machine is not in that log.",
      "It only looks. Dead letters are received for that and given back at once: they are hidden from others for some seconds.",
      "Exit codes: 0 equal, 1 not equal or not known, 2 wrong usage.",
    ].join("\n"),
    needs: NEEDS,
    examples: ["explain reports/2026.csv", "explain 'a key with spaces' --since 7d", "explain reports/2026.csv --json"],
    json: "one document",
  })
    .argument("<key>", "the object's key, as it is: not encoded, without the bucket")
    .option("--since <span>", "how far back the log is read: 90s, 10m, 1h, 2d", "24h")
    .option("--no-dead-letters", "do not look into the dead-letter queue")
    .action((key, options) =>
      shell.runAsked(
        options,
        needsOf(options),
        () => readSince(options.since, keyProblems(key)),
        async (context, span) => {
          const { system, out, clock, signal, onEnd } = context;
          const patience = makePatience(context);
          const { region, sourceBucket, destinationBucket, prefix } = system;
          const clients = makeOperatorClients(region);
          const sourceClient = makeSourceClient({ region, slots: 2 }, sourceBucket);
          const { client, sessions, destroy } = makeDestinationClient({ region, slots: 4 });
          onEnd(() => {
            for (const one of [clients, sourceClient, { destroy }]) one.destroy();
          });
          const now = clock.wallMs();
          const asked = explain(
            {
              source: patience.source(makeSourceBucket({ client: sourceClient, name: sourceBucket })),
              destination: patience.destination(
                makeDestinationBucket({ client, sessions, name: destinationBucket, sourceBucket }),
              ),
              digest: sha256,
              prefix,
              sizes: () => workerSizes(() => readTaskDefinition(clients.ecs, system.taskFamily, signal)),
              log: async () => {
                const wanted = { groups: [system.workerLogGroup], wanted: { errors: false, key } };
                const lines: Line[] = [];
                for await (const line of readOnce(
                  (query, aborted) => readLog(clients.logs, query, aborted),
                  wanted,
                  { from: startOf(now, span), to: now + 1 },
                  signal,
                )) {
                  lines.push(line);
                }
                return lines;
              },
              letters: options.deadLetters
                ? () => readKeyLetters(clients.sqs, system.deadLetterQueueUrl, key, signal)
                : undefined,
            },
            key,
            signal,
          );
          const found = await out.waiting("looking at both sides, the log and the dead letters", asked);
          for (const line of explanationLines(found, { now, since: options.since, prefix })) out.line(line);
          const next = found.decision === undefined ? null : whatWouldHappen(found.decision);
          out.document({ ...found, equal: found.equal ?? null, deadLetters: found.deadLetters ?? null, next });
          return found.equal === true ? 0 : 1;
        },
      ),
    );
}

/** The plan of a copy hangs on the worker's settings; where they cannot be read the defaults tell as much. */
async function workerSizes(
  read: () => Promise<{ readonly environment: Readonly<Record<string, string>> }>,
): Promise<CopySizes> {
  const environment = await read().then(
    (task) => task.environment,
    () => ({}),
  );
  const parsed = parseWorkerEnv(environment);
  return parsed.ok ? parsed.config : DEFAULTS;
}

function keyProblems(key: string): readonly string[] {
  if (key === "") return ["the key is empty"];
  const length = utf8Length(key);
  if (length > MAX_KEY_BYTES) return [`the key has ${length} bytes; S3 takes ${MAX_KEY_BYTES}`];
  return isWellFormed(key) ? [] : ["the key is no Unicode text"];
}
