/** What a fault run says, for people. Pure. */
import { type Census, total } from "./sim/census";
import type { ProcessSeedResult } from "./process/run";
import type { SimSeedResult } from "./sim/run";

/** One line per seed on success; on failure the seed, the smallest reproduction and the history of its key. */
export function simLines({ seed, scenarios, census, failure }: SimSeedResult, seconds: number): string[] {
  const verdict = failure === undefined ? "ok    " : "BROKEN";
  const line = `seed ${seed}  ${verdict}  ${scenarios} scenarios, ${censusText(census)}, ${seconds.toFixed(1)} s`;
  if (failure === undefined) return [line];
  const { ordinal, promise, report, scenario, tried } = failure;
  return [
    line,
    `scenario ${ordinal} of this seed broke: ${promise}`,
    `smallest reproduction found (${tried} scenarios tried):`,
    report,
    "once more, with its whole history:",
    `  npm run chaos -- --scenario '${JSON.stringify(scenario)}'`,
  ];
}

/** One line per seed on success; on failure the seed, every broken promise and the history of the first key. */
export function processLines(result: ProcessSeedResult): string[] {
  const { seed, weather, problems, changes, requests, faults, workers, acknowledged, samples } = result;
  const { deadLetters, healed, uploadsLeft, peakMemoryMiB, peakDescriptors, faultSeconds, restSeconds } = result;
  const line = [
    `seed ${seed}  ${problems.length === 0 ? "ok    " : "BROKEN"}  weather "${weather}"`,
    `${changes} changes, ${requests} requests, ${total(faults)} faults, ${workers} workers`,
    `${samples} objects and ${acknowledged} deleted messages checked, ${deadLetters} dead letters, ${healed} keys healed, ${uploadsLeft} uploads left`,
    `peak ${peakMemoryMiB} MiB and ${peakDescriptors} descriptors`,
    `${faultSeconds.toFixed(0)} s of faults and ${restSeconds.toFixed(0)} s to rest`,
  ].join("; ");
  if (problems.length === 0) return [line];
  const broken = problems.map(
    ({ promise, key, text }) => `  ${promise}${key === undefined ? "" : ` [${key}]`}: ${text}`,
  );
  return [line, "broken:", ...broken.slice(0, 20), `history of ${problems[0]?.key ?? "everything"}:`, result.history];
}

function censusText({ operations, faults, changes, workers, virtualSeconds }: Census): string {
  const hours = (virtualSeconds / 3600).toFixed(1);
  return `${total(changes)} changes, ${total(operations)} requests, ${total(faults)} faults, ${workers} workers, ${hours} virtual hours`;
}
