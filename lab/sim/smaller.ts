/**
 * Scenarios that are a little simpler than a given one, the largest simplifications first. Luck is drawn per step, call and
 * worker (lab/sim/random.ts), so what is taken out leaves the rest of the story as it was. Pure.
 */
import type { NemesisSettings } from "./nemesis";
import type { Scenario } from "./scenario";
import { MINUTE } from "./time";

export function* smallerScenarios(scenario: Scenario): Generator<Scenario> {
  yield* withFewer(scenario, "steps");
  yield* withFewer(scenario, "interrupts");
  yield* withCalmerNemesis(scenario);
  yield* withPlainerWorld(scenario);
  yield* withSimplerSteps(scenario);
  yield* withSimplerInterrupts(scenario);
}

/** Without one half, one quarter, ... one element. */
function* withFewer(scenario: Scenario, list: "steps" | "interrupts"): Generator<Scenario> {
  const items: readonly unknown[] = scenario[list];
  for (let size = items.length; size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < items.length; from += size) {
      yield { ...scenario, [list]: items.filter((_, index) => index < from || index >= from + size) };
    }
  }
}

function* withCalmerNemesis(scenario: Scenario): Generator<Scenario> {
  const { nemesis } = scenario;
  const calmer = (change: Partial<NemesisSettings>): Scenario => ({ ...scenario, nemesis: { ...nemesis, ...change } });
  for (const trouble of nemesis.troubles) {
    yield calmer({ troubles: nemesis.troubles.filter((other) => other !== trouble) });
  }
  for (const share of ["refuse", "lose", "slow", "entries"] as const)
    if (nemesis[share] > 0) yield calmer({ [share]: 0 });
  if (nemesis.calmAtMs > MINUTE) yield calmer({ calmAtMs: Math.max(MINUTE, Math.round(nemesis.calmAtMs / 2)) });
}

/** The value of each trait that says the least. */
const PLAIN = {
  keyCount: 1,
  versioned: false,
  eventShape: "s3",
  refusesLastKey: false,
  knowsCrc64: false,
  partSizeChanges: false,
  staleDeletePower: 0,
  duplicateDelivery: 0,
  firstWorkers: 1,
  maxWorkers: 1,
  visibilitySeconds: 120,
  maxReceiveCount: 10,
  copyConcurrency: 16,
} as const satisfies Partial<Scenario>;

function* withPlainerWorld(scenario: Scenario): Generator<Scenario> {
  for (const [trait, plain] of Object.entries(PLAIN)) {
    if (scenario[trait as keyof typeof PLAIN] !== plain) yield { ...scenario, [trait]: plain };
  }
}

function* withSimplerSteps(scenario: Scenario): Generator<Scenario> {
  for (const [index, step] of scenario.steps.entries()) {
    const replaced = (change: Partial<typeof step>): Scenario => ({
      ...scenario,
      steps: scenario.steps.with(index, { ...step, ...change }),
    });
    const [firstDelay = 0] = step.eventDelaysMs;
    if (step.eventDelaysMs.length > 1) yield replaced({ eventDelaysMs: [firstDelay] });
    if (firstDelay > 10) yield replaced({ eventDelaysMs: [10, ...step.eventDelaysMs.slice(1)] });
    if (step.when.kind === "call") yield replaced({ when: { kind: "after", ms: step.when.orAfterMs } });
    else if (step.when.ms > 1_000) yield replaced({ when: { kind: "after", ms: 1_000 } });
    const { action } = step;
    if (action.kind === "put" && action.size > 1_000) yield replaced({ action: { ...action, size: 1_000 } });
    if (action.kind === "put" && (action.multipart || action.checksummed)) {
      yield replaced({ action: { ...action, multipart: false, checksummed: false } });
    }
  }
}

function* withSimplerInterrupts(scenario: Scenario): Generator<Scenario> {
  for (const [index, interrupt] of scenario.interrupts.entries()) {
    if (interrupt.kind !== "freeze" || interrupt.seconds <= 10) continue;
    const shorter = { ...interrupt, seconds: Math.round(interrupt.seconds / 2) };
    yield { ...scenario, interrupts: scenario.interrupts.with(index, shorter) };
  }
}
