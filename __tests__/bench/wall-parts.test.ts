/** What the wall time consists of, from when each copy request began and ended. */
import { inFlightOver } from "../../lab/bench/in-flight";
import { wallParts, wallRows } from "../../lab/bench/wall-parts";

const request = (fromMs: number, untilMs: number) => ({ fromMs, untilMs });

describe("in flight over time", () => {
  /** Two slots: filled from 1100 on, with a gap until 1450 and the last time until 1700. */
  const REQUESTS = [request(1000, 1400), request(1100, 1600), request(1450, 1700), request(1600, 1900)];

  test("filling, filled and emptying follow each other, and every request's time is in them", () => {
    expect(inFlightOver(REQUESTS, 2)).toEqual({
      most: 2,
      filling: { fromMs: 1000, untilMs: 1100, requestMs: 100 },
      filled: { fromMs: 1100, untilMs: 1700, requestMs: 300 + 500 + 250 + 100 },
      emptying: { fromMs: 1700, untilMs: 1900, requestMs: 200 },
    });
  });

  test("in whatever order they are told", () => {
    expect(inFlightOver([...REQUESTS].reverse(), 2)).toEqual(inFlightOver(REQUESTS, 2));
  });

  test("where the slots were never all in use, the most at once count", () => {
    expect(inFlightOver(REQUESTS, 256)).toEqual(inFlightOver(REQUESTS, 2));
    expect(inFlightOver([...REQUESTS, request(1500, 1550)], 256)).toMatchObject({
      most: 3,
      filled: { fromMs: 1500, untilMs: 1550, requestMs: 150 },
    });
  });

  test("one that ends as another begins is no third at once", () => {
    expect(inFlightOver([request(0, 10), request(10, 20)], 256)?.most).toBe(1);
  });

  test("no request, no times", () => {
    expect(inFlightOver([], 256)).toBeUndefined();
  });
});

describe("the wall", () => {
  const copies = inFlightOver([request(1000, 2000), request(1200, 2200)], 2);
  const parts = wallParts({ startedAtMs: 500, firstRequestAtMs: 900, acknowledgedAtMs: 2300, copies }, 2)!;

  test("its parts are as long as the wall, and know how many slots were busy", () => {
    expect(parts).toEqual({
      most: 2,
      parts: [
        { name: "start", seconds: 0.4, slotsBusy: 0 },
        { name: "set-up", seconds: 0.1, slotsBusy: 0 },
        { name: "filling", seconds: 0.2, slotsBusy: 0.5 },
        { name: "filled", seconds: 0.8, slotsBusy: 1 },
        { name: "emptying", seconds: 0.2, slotsBusy: 0.5 },
        { name: "ending", seconds: 0.1, slotsBusy: 0 },
      ],
    });
  });

  test("what the parts lost and what requests took too long is the wall beyond the ideal", () => {
    const rows = wallRows(parts, 0.9);
    expect(rows.map(({ lostSeconds }) => Number(lostSeconds.toFixed(6)))).toEqual([
      0.4, 0.1, 0.1, 0, 0.1, 0.1, 0.1, 0.9,
    ]);
    expect(rows.at(-1)).toMatchObject({ what: "together", slotsBusy: 1 / 1.8 });
    expect(rows[2]?.what).toBe("until 2 copy requests are in flight for the first time");
  });

  test("an ideal of more than copies takes its other requests off what was lost", () => {
    expect(wallRows(parts, 1.2).at(-2)).toMatchObject({ what: "less: requests of the ideal that are no copies" });
    expect(wallRows(parts, 1.2).at(-2)?.lostSeconds).toBeCloseTo(-0.2, 9);
  });

  test("none where nothing was copied", () => {
    expect(
      wallParts({ startedAtMs: 0, firstRequestAtMs: 1, acknowledgedAtMs: 2, copies: undefined }, 2),
    ).toBeUndefined();
  });
});
