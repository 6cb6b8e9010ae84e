import fc from "fast-check";
import { filterLogEvents } from "../../../local/logs/filter-log-events";
import { LogGroup, OVERHEAD_BYTES } from "../../../local/logs/log-group";

const everything = (group: LogGroup) => Array.from({ length: group.count }, (_, i) => group.event(i)!);

test("events are in order of time and, within a millisecond, of arrival, whatever the order they came in", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
      const group = new LogGroup("g", 0, undefined, 1_000_000);
      times.forEach((at, i) => group.put("s", at, String(i), 0));
      const expected = times.map((at, i) => ({ at, i })).sort((a, b) => a.at - b.at || a.i - b.i);
      expect(everything(group).map((event) => event.message)).toEqual(expected.map(({ i }) => String(i)));
    }),
  );
});

test("beyond its bytes a group drops the oldest events, never the newest", () => {
  const size = 10 + OVERHEAD_BYTES;
  const group = new LogGroup("g", 0, undefined, 3 * size);
  for (let i = 0; i < 5_000; i++) {
    group.put("s", i, String(i).padStart(10, "0"), i);
    expect(group.storedBytes).toBeLessThanOrEqual(3 * size);
  }
  expect(everything(group).map((event) => event.at)).toEqual([4_997, 4_998, 4_999]);
  group.put("s", 5_000, "x".repeat(1_000), 5_000);
  expect(everything(group).map((event) => event.at)).toEqual([5_000]);
});

test("pages of any size, scanned by any number, from either end, are together all events exactly once", () => {
  const page = fc.integer({ min: 1, max: 7 });
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9 })),
      page,
      page,
      fc.boolean(),
      (times, limit, scan, startFromHead) => {
        const since = Date.UTC(2026, 0, 1);
        const group = new LogGroup("g", 0, undefined, 1_000_000);
        times.forEach((at, i) => group.put("s", since + at, String(i), 0));
        const found: string[] = [];
        let nextToken: unknown;
        do {
          const input = { limit, startFromHead, startTime: since, endTime: since + 9, nextToken };
          const answer = filterLogEvents(group, input, scan);
          found.push(...(answer["events"] as { message: string }[]).map((event) => event.message));
          nextToken = answer["nextToken"];
        } while (nextToken !== undefined);
        const all = everything(group).map((event) => event.message);
        expect(found).toEqual(startFromHead ? all : all.reverse());
      },
    ),
  );
});

test("a token whose event was dropped meanwhile goes on with what is left", () => {
  const since = Date.UTC(2026, 0, 1);
  const group = new LogGroup("g", 0, undefined, 4 * (1 + OVERHEAD_BYTES));
  for (const at of [1, 2, 3, 4]) group.put("s", since + at, String(at), 0);
  const { nextToken } = filterLogEvents(group, { limit: 1 }, 100);
  for (const at of [5, 6, 7]) group.put("s", since + at, String(at), 0);
  const { events } = filterLogEvents(group, { nextToken }, 100);
  expect(events).toMatchObject([{ message: "4" }, { message: "5" }, { message: "6" }, { message: "7" }]);
});
