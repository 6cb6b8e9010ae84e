/** The cases with all rules, and what the rules do not cover. */
import { ALL_RULES, without, type Setting } from "./rules";
import type { Budget } from "./state";
import { A, ABSENT } from "./state";

export const PLAIN: Setting = {
  rules: ALL_RULES,
  multipart: false,
  start: A,
  cachedBucketCheck: false,
  onlyEmptyBucketsVanish: false,
  letsGoByPutBack: false,
  bucketMissing: false,
};
export const MULTIPART = { multipart: true };

export interface Case {
  name: string;
  setting?: Partial<Setting>;
  budget: Partial<Budget>;
}

/** With all rules every run of these ends, and ends with the destination equal to the source. */
export const CONVERGING: Case[] = [
  { name: "three changes", budget: { changes: 3 } },
  {
    name: "three changes from nothing",
    setting: { start: ABSENT },
    budget: { changes: 3 },
  },
  { name: "three changes and a kill", budget: { changes: 3, kills: 1 } },
  { name: "a lost answer and a duplicate", budget: { changes: 2, losses: 1, duplicates: 1 } },
  { name: "a kill and a lost answer", budget: { changes: 2, kills: 1, losses: 1 } },
  { name: "a kill and a lost lease", budget: { changes: 2, kills: 1, expiries: 1 } },
  { name: "a worker that must leave and a lost answer", budget: { changes: 2, letGo: 1, losses: 1 } },
  { name: "a worker that must leave and a kill", budget: { changes: 2, letGo: 1, kills: 1 } },
  {
    name: "a lost lease, a lost answer, a kill",
    budget: { changes: 1, expiries: 1, losses: 1, kills: 1, duplicates: 1 },
  },
  { name: "a source bucket that disappears, with a kill", budget: { changes: 2, vanishes: 1, kills: 1 } },
  {
    name: "a source bucket that was never there",
    setting: { bucketMissing: true },
    budget: { duplicates: 1, expiries: 1 },
  },
  {
    name: "a bucket check that is some seconds old, as S3 deletes only empty buckets",
    setting: { cachedBucketCheck: true, onlyEmptyBucketsVanish: true },
    budget: { changes: 3, vanishes: 1 },
  },
  { name: "one delivery at two workers, with a lost answer", budget: { changes: 2, twins: 1, losses: 1 } },
  {
    name: "one delivery at two workers, and one puts the key back",
    setting: { letsGoByPutBack: true },
    budget: { changes: 1, twins: 1, letGo: 1, duplicates: 1 },
  },
  { name: "multipart, two changes and a kill", setting: MULTIPART, budget: { changes: 2, kills: 1 } },
  { name: "multipart, two changes and a lost answer", setting: MULTIPART, budget: { changes: 2, losses: 1 } },
  { name: "multipart, two changes and a hand-off", setting: MULTIPART, budget: { changes: 2, letGo: 1 } },
  {
    name: "multipart, a hand-off, a kill, a lost answer",
    setting: MULTIPART,
    budget: { changes: 1, letGo: 1, kills: 1, losses: 1 },
  },
  { name: "multipart, a hand-off and a lost lease", setting: MULTIPART, budget: { changes: 1, letGo: 1, expiries: 1 } },
  {
    name: "multipart, a lost lease and a duplicate",
    setting: MULTIPART,
    budget: { changes: 1, expiries: 1, duplicates: 1 },
  },
];

/** Without rule 8's limit two holders abort each other's uploads for ever: a cycle, not a fault of a state. */
export const LIVELOCK: Case = {
  name: "two holders abort each other's uploads for ever",
  setting: { multipart: true, rules: without("rule8AbortOncePerDelivery") },
  budget: { changes: 1, duplicates: 1 },
};

/**
 * What the rules do not cover. All three must meet: one delivery at two workers, a write of one that lands after the other
 * has looked at the destination, and the end of that one before its after-check. The other then deletes the message that
 * should have brought the key back.
 */
export const RESIDUAL: (Case & { story: string[] })[] = [
  {
    name: "one of them is killed",
    budget: { changes: 2, twins: 1, kills: 1 },
    story: [
      "worker 2 receives the same delivery of m1",
      "worker 2 HEADs destination",
      "worker 1 sends a delete",
      "the delete lands",
      "worker 1 is killed",
      "worker 2 deletes m1+m2",
    ],
  },
  {
    name: "one of them must leave and trusts the message to come back; a put-back would not need it to",
    budget: { changes: 2, twins: 1, letGo: 1 },
    story: [
      "worker 2 receives the same delivery of m1",
      "worker 2 HEADs destination",
      "worker 1 sends a delete",
      "the delete lands",
      "worker 1 lets go of m1 at once",
      "worker 2 deletes m1+m2",
    ],
  },
];

/** Rule 0 with a check older than the HEAD it stands for, if S3 did let a bucket go with objects in it. */
export const STALE_BUCKET_CHECK: Case & { story: string[] } = {
  name: "a cached bucket check would not do if buckets could vanish with objects in them",
  setting: { cachedBucketCheck: true },
  budget: { changes: 1, vanishes: 1 },
  story: ["source bucket disappears", "worker 1 HEADs source: 404", "worker 1 sends a delete"],
};
