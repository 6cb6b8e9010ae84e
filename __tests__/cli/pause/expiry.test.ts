/** When waiting events expire, and whether some may have. */
import { expiresFrom, expiryText, pauseVerdict } from "../../../cli/pause/expiry";

const NOW = Date.UTC(2026, 10, 25, 12);
const DAY = 86_400;
const TEN_DAYS = 10 * DAY;

it.each([
  [0, undefined, "what arrives from now on expires from 2026-12-05 12:00 UTC on"],
  [
    7,
    undefined,
    "what arrives from now on expires from 2026-12-05 12:00 UTC on, what waits already earlier (its age is not known)",
  ],
  [7, 0, "waiting events expire from 2026-12-05 12:00 UTC on"],
  [7, 9 * DAY, "waiting events expire from 2026-11-26 12:00 UTC on"],
  [7, 11 * DAY, "waiting events expire from 2026-11-25 12:00 UTC on"],
])("%s messages, the oldest %s s", (messages, oldestSeconds, text) => {
  expect(expiryText({ now: NOW, messages, retentionSeconds: TEN_DAYS, oldestSeconds })).toBe(
    `the queue keeps a message 10 days: ${text}`,
  );
});

it.each([
  [0, undefined, NOW + TEN_DAYS * 1000],
  [7, undefined, undefined],
  [7, 9 * DAY, NOW + DAY * 1000],
  [7, 11 * DAY, NOW],
])("%s messages, the oldest %s s: the time for machines", (messages, oldestSeconds, at) => {
  expect(expiresFrom({ now: NOW, messages, retentionSeconds: TEN_DAYS, oldestSeconds })).toBe(at);
});

it.each([
  [undefined, true, /^when it was paused is not known/],
  [1, false, /^the schedule last ran about 24 h 00 min ago; no event has expired in between/],
  [9.95, true, /events older than 10 days, as long as the queue keeps a message, have expired/],
  [12, true, /^the schedule last ran about 12 days ago; events older than/],
])("the schedule last ran %s days ago: may have expired %s", (days, mayHaveExpired, text) => {
  const lastInvokedAt = days === undefined ? undefined : NOW - days * DAY * 1000;
  const verdict = pauseVerdict({ now: NOW, retentionSeconds: TEN_DAYS, lastInvokedAt });
  expect(verdict.mayHaveExpired).toBe(mayHaveExpired);
  expect(verdict.text).toMatch(text);
});
