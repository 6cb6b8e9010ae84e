/** What a fault run says, for people. Pure. */
import { type Census, total } from "./sim/census";
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

function censusText({ operations, faults, changes, workers, virtualSeconds }: Census): string {
  const hours = (virtualSeconds / 3600).toFixed(1);
  return `${total(changes)} changes, ${total(operations)} requests, ${total(faults)} faults, ${workers} workers, ${hours} virtual hours`;
}
