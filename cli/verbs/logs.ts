/** logs: what workers and starter wrote, for people or as it is. */
import { makeOperatorClients } from "../../aws/operator/clients";
import { readLog } from "../../aws/operator/logs";
import { formatLine, recordOf } from "../logs/line";
import { follow, readOnce, remembering, withoutMissing } from "../logs/read";
import { needsDate, readSince, startOf } from "../logs/since";
import { explainError } from "../shell/errors";
import { makeVerb, type Shell } from "../shell/verb";

const NEEDS = ["region", "workerLogGroup", "starterLogGroup"] as const;

export function logsVerb(shell: Shell) {
  return makeVerb("logs", {
    summary: "what workers and starter wrote",
    description: [
      "Lines of the workers and the starter in order of time: time (UTC; with the date when --since is a day or more), process, level, event,",
      "key, fields. With --json the fields as they were written, with time and process where they name none, and { time, process, text } for what is no JSON. --follow goes on until Ctrl-C, which ends it with 0; trouble that passes does not end it. Lines reach CloudWatch after some seconds.",
      "Exit codes: 0 read (also when there was no line), 1 they could not be read, 2 wrong usage.",
    ].join("\n"),
    needs: NEEDS,
    examples: [
      "logs",
      "logs worker --errors --since 1h",
      "logs --key reports/2026.csv --since 2d",
      "logs starter --follow",
    ],
    json: "one document per line",
  })
    .argument("[who]", "worker or starter (default: both)")
    .option("--since <span>", "how far back: 90s, 10m, 1h, 2d", "10m")
    .option("--follow", "go on until Ctrl-C")
    .option("--errors", "only errors and warnings, and what is no JSON: crashes")
    .option("--key <key>", "only lines about this key")
    .option("--metrics", "the lines that carry metrics, too")
    .action((who, options) =>
      shell.runAsked(
        options,
        NEEDS,
        () => readSince(options.since, whoProblems(who)),
        async (context, span) => {
          const { system, out, clock, signal, onEnd } = context;
          const clients = makeOperatorClients(system.region);
          onEnd(() => clients.destroy());
          const missing: string[] = [];
          const read = withoutMissing(
            (query, aborted) => readLog(clients.logs, query, aborted),
            (group) => {
              missing.push(group);
              out.note(`${group} does not exist: nothing has run yet, or the system's log group is another one.`);
            },
          );
          const groups = [
            ...(who === "starter" ? [] : [system.workerLogGroup]),
            ...(who === "worker" ? [] : [system.starterLogGroup]),
          ];
          const source = { groups, wanted: { errors: options.errors === true, key: options.key } };
          const now = clock.wallMs();
          const lines =
            options.follow === true
              ? follow(read, source, remembering(startOf(now, span)), {
                  clock,
                  signal,
                  onTrouble: (error) => out.note(`${explainError(error)}\nReading again in 2 seconds.`),
                })
              : readOnce(read, source, { from: startOf(now, span), to: now + 1 }, signal);
          const iterator = lines[Symbol.asyncIterator]();
          const first = iterator.next();
          // Who follows knows that there may be nothing yet.
          let next = options.follow === true ? await first : await out.waiting("reading the log", first);
          for (; next.done !== true; next = await iterator.next()) {
            const line = next.value;
            if (line.isMetrics && options.metrics !== true) continue;
            out.record(recordOf(line));
            out.line(formatLine(line, out.colors, needsDate(span)));
          }
          return missing.length === groups.length ? 1 : 0;
        },
      ),
    );
}

function whoProblems(who: string | undefined): readonly string[] {
  return who === undefined || who === "worker" || who === "starter"
    ? []
    : [`${JSON.stringify(who)} is neither worker nor starter`];
}
