/** Dollars are those of the command line's cost: the same pieces, the same prices. */
import { billOf } from "../../cli/cost/bill";
import { PRICES } from "../../cli/cost/built-in-prices";
import { copying, standing } from "../../cli/cost/work";
import { MIB } from "../../core/parts";
import { billFor, starterBill, usageOf } from "../../lab/forecast/dollars";
import { starterTime } from "../../lab/forecast/fleet";
import { simulate } from "../../lab/forecast/simulation";
import { CALM, scenario } from "./scenarios";

const PRICE = PRICES["us-east-1"]!;

test.each([
  ["backfill" as const, 100_000],
  ["event" as const, 100_000],
  ["event" as const, 700 * MIB],
])("%s of objects of %d bytes: the requests that were simulated are the requests on the bill", (cause, objectBytes) => {
  const one = scenario({ job: { kind: "backlog", objects: 500, objectBytes }, cause, world: CALM });
  const outcome = simulate(one);
  const usage = usageOf(one, outcome);
  const { requests } = outcome;
  const plain = copying([{ objects: 500, bytes: objectBytes }], cause);
  expect(usage.sourceReads).toBe(requests["HeadObject (source)"]);
  expect(usage.expressReads ?? 0).toBe(requests["HeadObject (destination)"]);
  const lists = cause === "backfill" ? 0.5 : 0;
  const writes = requests.CopyObject + requests.UploadPartCopy + 2 * requests.CreateMultipartUpload;
  expect(usage.expressWrites).toBeCloseTo(writes + lists, 9);
  expect(usage.expressWrites).toBeCloseTo(plain.expressWrites!, 9);
  expect(usage.expressUpload).toBe(plain.expressUpload);
});

test("the workers' time is on the bill, Spot's at its own price", () => {
  const one = scenario({ world: CALM });
  const outcome = simulate(one);
  const usage = usageOf(one, outcome);
  const hours = outcome.workerSeconds / 3600;
  expect(usage.spotCpu! + usage.onDemandCpu!).toBeCloseTo(2 * hours, 9);
  expect(usage.spotCpu).toBeCloseTo(2 * hours * outcome.spotShare, 9);
  expect(billFor(one, outcome, PRICE)).toEqual(billOf(usage, PRICE, outcome.endSeconds / (730 * 3600)));
});

test("a month of looking every minute is what cost calls idle, without the image", () => {
  const { image, ...idle } = standing(0);
  expect(image).toBeGreaterThan(0);
  expect(starterBill(60, PRICE).dollars).toBeCloseTo(billOf(idle, PRICE).dollars, 9);
});

test("looking more often than a minute keeps the invocation up in between", () => {
  expect(starterTime(60, 60_000)).toEqual({ invocations: 1, looks: 1, seconds: 0.5 });
  expect(starterTime(10, 60_000)).toEqual({ invocations: 1, looks: 5, seconds: 40.5 });
  expect(starterTime(120, 60_000)).toEqual({ invocations: 0.5, looks: 0.5, seconds: 0.25 });
  expect(starterBill(10, PRICE).dollars).toBeGreaterThan(10 * starterBill(60, PRICE).dollars);
});
