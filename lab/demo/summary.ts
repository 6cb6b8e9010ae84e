/** The result in words. Pure. */
import { plural } from "./timeline";
import type { DemoResult } from "./verdict";

export function summaryLines(result: DemoResult): readonly string[] {
  const { numbers } = result;
  const { head, copy, part, delete: deleted } = numbers.requests;
  const count = (value: number): string => value.toLocaleString("en");
  const rows: readonly (readonly [string, string])[] = [
    ["objects", `${count(numbers.objects)} at the source, ${mib(numbers.bytes)}`],
    [
      "events received",
      `${count(numbers.events)}; S3 sent ${count(numbers.duplicated)} twice and ${count(numbers.overtaken)} after a later one (provoked)`,
    ],
    ["saved by coalescing", plural(numbers.coalesced, "event")],
    [
      "copies made",
      `${count(numbers.copies)}, ${plural(numbers.restarts, "restart")} because the source changed meanwhile`,
    ],
    ["deletes", count(numbers.deletes)],
    ["hand-offs", count(numbers.handoffs)],
    [
      "parts copied",
      `${count(numbers.partsCopied)}, ${mib(numbers.recopiedBytes)} copied twice; ${plural(numbers.partsRefused, "request")} refused (provoked)`,
    ],
    ["parts reused", `${count(numbers.partsReused)}, after the interruption`],
    [
      "workers",
      `${count(numbers.workers)} started, at most ${count(numbers.mostWorkers)} at once, now ${count(numbers.workersNow)}; ` +
        `${count(numbers.leftIdle)} left after empty polls, ${count(numbers.toldToStop)} interrupted (provoked)`,
    ],
    [
      "requests of workers",
      `${count(head)} HEAD, ${count(copy)} copy, ${count(part)} part copy, ${count(deleted)} delete`,
    ],
    ["time", `${numbers.seconds.toFixed(1)} s`],
  ];
  return [
    ...rows.map(([name, value]) => `  ${name.padEnd(20)} ${value}`),
    "",
    ...differenceLines(result),
    verdictLine(result),
  ];
}

function differenceLines({ differences, problems }: DemoResult): readonly string[] {
  const lines = [
    ...differences.map(({ key, kind, detail }) => `  ${kind.padEnd(9)} ${JSON.stringify(key)}  ${detail}`),
    ...problems.map((problem) => `  problem   ${problem}`),
  ];
  return lines.length === 0 ? [] : [...lines, ""];
}

function verdictLine({ verdict, numbers, differences, problems }: DemoResult): string {
  if (verdict === "equal") {
    return `EQUAL: ${plural(numbers.objects, "object")}, every byte, header and metadata entry; left in queue, dead letters, uploads, processes and files: 0.`;
  }
  const keys = new Set(differences.map(({ key }) => key)).size;
  return `NOT EQUAL: ${plural(keys, "different key")}, ${plural(problems.length, "other problem")}.`;
}

export function mib(bytes: number): string {
  return `${(bytes / 1024 ** 2).toLocaleString("en", { maximumFractionDigits: 1 })} MiB`;
}
