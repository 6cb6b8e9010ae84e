import { createHash } from "node:crypto";
import type { TaskFacts } from "../../core/fleet";
import { afterLaunch, type Batch, clientToken, cut, deal, type Dealt, dealtSoFar } from "../../core/launch";

const NONE: Dealt = { spot: 0, onDemand: 0 };
const WEIGHTS = { spotWeight: 4, onDemandWeight: 1 };
const show = (batches: readonly Batch[]): string[] =>
  batches.map((one) => `${one.capacity} ${one.count} (${one.share})`);

describe("deal", () => {
  it.each<[string, number, Dealt, typeof WEIGHTS, boolean, string[]]>([
    ["nothing", 0, NONE, WEIGHTS, false, []],
    ["the first four are Spot", 4, NONE, WEIGHTS, false, ["FARGATE_SPOT 4 (spot)"]],
    ["the fifth is On-Demand", 1, { spot: 4, onDemand: 0 }, WEIGHTS, false, ["FARGATE 1 (onDemand)"]],
    ["five at once", 5, NONE, WEIGHTS, false, ["FARGATE_SPOT 4 (spot)", "FARGATE 1 (onDemand)"]],
    [
      "at most ten a call",
      63,
      NONE,
      WEIGHTS,
      false,
      [
        ...Array<string>(5).fill("FARGATE_SPOT 10 (spot)"),
        "FARGATE_SPOT 1 (spot)",
        "FARGATE 10 (onDemand)",
        "FARGATE 2 (onDemand)",
      ],
    ],
    ["Spot is short", 5, NONE, WEIGHTS, true, ["FARGATE 4 (spot)", "FARGATE 1 (onDemand)"]],
    ["Spot only", 7, NONE, { spotWeight: 1, onDemandWeight: 0 }, false, ["FARGATE_SPOT 7 (spot)"]],
    [
      "Spot only and short: On-Demand was ruled out",
      7,
      NONE,
      { spotWeight: 1, onDemandWeight: 0 },
      true,
      ["FARGATE_SPOT 7 (spot)"],
    ],
    ["On-Demand only", 7, NONE, { spotWeight: 0, onDemandWeight: 2 }, false, ["FARGATE 7 (onDemand)"]],
    ["too much On-Demand before", 4, { spot: 0, onDemand: 3 }, WEIGHTS, false, ["FARGATE_SPOT 4 (spot)"]],
    ["too little: made up for", 2, { spot: 20, onDemand: 0 }, WEIGHTS, false, ["FARGATE 2 (onDemand)"]],
  ])("%s", (_, count, before, weights, short, expected) => {
    expect(show(deal(count, before, weights, short))).toEqual(expected);
  });
});

it("a Spot worker that starts On-Demand does not use up an On-Demand turn", () => {
  const [substitute] = deal(3, NONE, WEIGHTS, true);
  if (substitute === undefined) throw new Error("three workers were asked for");
  expect(afterLaunch(NONE, substitute, 3)).toEqual({ spot: 3, onDemand: 0 });
});

it("cuts into calls of ten", () => {
  expect(cut("FARGATE", "spot", 0)).toEqual([]);
  expect(cut("FARGATE", "spot", 10).map(({ count }) => count)).toEqual([10]);
  expect(cut("FARGATE", "spot", 23).map(({ count }) => count)).toEqual([10, 10, 3]);
});

it("a new container goes on with what ECS shows", () => {
  const tasks = (["FARGATE", "FARGATE_SPOT", "FARGATE_SPOT", undefined] as const).map((capacity, index) => ({
    arn: String(index),
    lastStatus: "RUNNING",
    desiredStatus: "RUNNING",
    ...(capacity === undefined ? {} : { capacity }),
  })) satisfies TaskFacts[];
  expect(dealtSoFar(tasks)).toEqual({ spot: 2, onDemand: 1 });
});

describe("clientToken", () => {
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  const parts = {
    queueUrl: "https://q/1",
    moment: "2026-01-01T00:00:00Z",
    look: 0,
    batch: 0,
  };

  it("is what RunTask takes and the same for the same call", () => {
    expect(clientToken(parts, sha256)).toMatch(/^[\x21-\x7e]{1,64}$/);
    expect(clientToken({ ...parts }, sha256)).toBe(clientToken(parts, sha256));
    expect(clientToken(parts, (text) => text.repeat(9).replaceAll(" ", "_"))).toHaveLength(64);
  });

  it("differs by queue, event, look and batch", () => {
    const others = [
      parts,
      { ...parts, queueUrl: "https://q/2" },
      { ...parts, moment: "2026-01-01T00:01:00Z" },
      { ...parts, look: 1 },
      { ...parts, batch: 1 },
    ].map((one) => clientToken(one, sha256));
    expect(new Set(others).size).toBe(others.length);
  });
});
