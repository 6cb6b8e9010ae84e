/** Scenarios that found a mistake once. Each replays exactly from its seed. */
import { randomScenario } from "../../lab/sim/random-scenario";
import { simulate } from "../../lab/sim/simulation";
import { runWorker } from "../../worker/worker";

const FOUND: readonly (readonly [number, string])[] = [
  [89, "receivers slept for ever, because no freed lease woke them"],
  [793, "a batch of deletes went out after a slow extension, with stale leases"],
  [1085, "a sweep of open uploads that failed was never repeated"],
  [374, "an extension to exactly the visibility timeout was repeated for ever"],
  [5787, "SIGTERM was not heard while a write waited for its lease"],
  [1166, "a key was dead-lettered while a write of unknown outcome could still land"],
  [1_873_592_445, "a delete waited a minute for its lease and went out on an old look at the bucket"],
  [917_194_736, "the same, under another order of events"],
  [2_092_939_990, "a queue that loses most requests kept a stopping worker past the process's own end"],
];

it.each(FOUND)("seed %d: %s", async (seed) => {
  const { problems, report } = await simulate(randomScenario(seed), runWorker);
  expect({ problems, report: problems.length === 0 ? "" : report }).toEqual({ problems: [], report: "" });
});
