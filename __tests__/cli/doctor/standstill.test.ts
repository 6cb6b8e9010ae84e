/** When a probe is not worth sending: no worker runs, and nothing can start one. */
import { obstaclesTo, readStanding, type Standing } from "../../../cli/doctor/standstill";
import { facts, STARTER, SYSTEM } from "./facts";

const ON = {
  enabled: true,
  expression: "rate(1 minute)",
  targets: ["arn:aws:lambda:eu-north-1:123456789012:function:starter"],
};
const OFF = { ...ON, enabled: false };
const NONE_ALLOWED = { ok: true, config: { ...STARTER, maxWorkers: 0 } } as const;

const whys = (broken: Partial<Standing>, trigger = false) =>
  obstaclesTo({ rule: ON, starter: { ok: true, config: STARTER }, workers: 0, ...broken }, SYSTEM, trigger).map(
    ({ why }) => why,
  );

const ZERO = "the most workers allowed is 0";
const PAUSED = "the system is paused: rule is disabled";

test.each<[string, Partial<Standing>, boolean, readonly string[]]>([
  ["all is well", {}, false, []],
  ["paused", { rule: OFF }, false, [PAUSED]],
  ["paused, with --trigger", { rule: OFF }, true, []],
  ["no worker allowed", { starter: NONE_ALLOWED }, false, [ZERO]],
  ["no worker allowed, with --trigger", { starter: NONE_ALLOWED }, true, [ZERO]],
  ["both at once", { starter: NONE_ALLOWED, rule: OFF }, false, [ZERO, PAUSED]],
  ["both, with --trigger", { starter: NONE_ALLOWED, rule: OFF }, true, [ZERO]],
  ["the rule is about another", { rule: { ...ON, targets: [] } }, false, ["rule does not invoke starter"]],
  ["the rule is about another, with --trigger", { rule: { ...ON, targets: [] } }, true, []],
  [
    "the starter lacks settings",
    { starter: { ok: false, problems: ["x"] } },
    true,
    ["starter lacks settings, so it launches nobody"],
  ],
  ["a worker runs all the same", { starter: NONE_ALLOWED, rule: OFF, workers: 1 }, false, []],
  ["whether one runs is not known", { starter: NONE_ALLOWED, rule: OFF, workers: undefined }, false, []],
  ["the rule is not known", { rule: undefined }, false, []],
  ["the starter is not known", { starter: undefined }, false, []],
])("%s", (_, broken, trigger, expected) => {
  expect(whys(broken, trigger)).toEqual(expected);
});

test("what may not be looked at is not known, and hides nothing else", async () => {
  const denied = () => Promise.reject(new Error("denied"));
  expect(await readStanding(facts({ rule: denied, workers: denied }))).toEqual({
    rule: undefined,
    starter: { ok: true, config: STARTER },
    workers: undefined,
  });
});
