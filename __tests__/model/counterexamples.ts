/** One rule at a time is taken away; the search finds the shortest run to the fault. */
import { MULTIPART, type Case } from "./cases";
import type { Rules } from "./rules";
import { ABSENT } from "./state";
import { FAULTS } from "./system";

export interface Removal extends Case {
  removed: keyof Rules;
  fault: string;
  /** Steps of the shortest trace that tell the story, in this order. */
  story: string[];
}

export const COUNTEREXAMPLES: Removal[] = [
  {
    name: "an old create event finds its object gone and is dropped, after the delete event was",
    removed: "verbNeverTrusted",
    budget: { changes: 2 },
    fault: FAULTS.differs,
    story: ["worker 1 receives m2", "worker 1 receives m1", "worker 1 HEADs source: nothing", "worker 1 deletes m1+m2"],
  },
  {
    name: "an event joins after the last HEAD and is acknowledged unseen",
    removed: "joinedEventRunsLoopAgain",
    budget: { changes: 2 },
    fault: FAULTS.differs,
    story: [
      "worker 1 HEADs source again: the same",
      "source becomes A",
      "worker 1 receives m2",
      "worker 1 deletes m1+m2",
    ],
  },
  {
    name: "every object of a bucket that is not there looks deleted",
    removed: "rule0BucketCheck",
    setting: { bucketMissing: true },
    budget: {},
    fault: FAULTS.wiped,
    story: ["worker 1 HEADs source: 404", "worker 1 sends a delete"],
  },
  {
    name: "the after-check of a delete takes a missing bucket for a missing object",
    removed: "rule0CheckBeforeAcknowledging",
    budget: { changes: 2, vanishes: 1 },
    fault: FAULTS.differs,
    story: [
      "source becomes A",
      "the delete lands (worker 1)",
      "source bucket disappears",
      "worker 1 HEADs source again: the same",
    ],
  },
  {
    name: "a late delete removes the newer object and nobody looks",
    removed: "rule1AfterCheck",
    budget: { changes: 2 },
    fault: FAULTS.differs,
    story: ["the copy of A lands (worker 2)", "the delete lands (worker 1)", "worker 1 does not look again"],
  },
  {
    name: "a late copy of old headers passes, because the ETag is the same",
    removed: "rule1ComparesHeaders",
    budget: { changes: 2 },
    setting: { start: ABSENT },
    fault: FAULTS.differs,
    story: [
      "source becomes A2",
      "the copy of A2 lands (worker 2)",
      "the copy of A lands (worker 1)",
      "worker 1 HEADs source again: the same",
    ],
  },
  {
    name: "a copy takes bytes that its headers do not belong to",
    removed: "rule2SourceCondition",
    budget: { changes: 2 },
    fault: FAULTS.mixed,
    story: ["worker 1 HEADs source: A2", "source becomes B", "S3 reads B for the copy of A2 (worker 1)"],
  },
  {
    name: "an object is made of parts of two versions",
    removed: "rule2SourceCondition",
    setting: MULTIPART,
    budget: { changes: 2 },
    fault: FAULTS.torn,
    story: [
      "part 1 of A2 lands from A2 (worker 1)",
      "source becomes B",
      "part 2 of A2 lands from B (worker 1)",
      "the complete of A2 lands (worker 1)",
    ],
  },
  {
    name: "a write without an answer lands after everything was found in order",
    removed: "rule3Settle",
    budget: { changes: 2, losses: 1 },
    fault: FAULTS.differs,
    story: [
      "worker 1 gets no answer for the delete",
      "worker 1 HEADs destination",
      "the delete lands (worker 1)",
      "worker 1 HEADs source again: the same",
    ],
  },
  {
    name: "a dead worker's write lands after its message was done by another",
    removed: "rule4LeaseOutlivesWrite",
    budget: { changes: 2, kills: 1 },
    fault: FAULTS.differs,
    story: [
      "worker 1 sends a delete",
      "worker 1 is killed",
      "m1 becomes visible",
      "worker 2 receives m1",
      "the delete lands",
    ],
  },
  {
    name: "a heartbeat takes back the time that a write was given",
    removed: "rule4HeartbeatOnlyRaises",
    budget: { changes: 2, kills: 1 },
    fault: FAULTS.differs,
    story: [
      "worker 1 sends a delete",
      "a heartbeat of worker 1 lowers the deadline",
      "worker 1 is killed",
      "m1 becomes visible",
      "the delete lands",
    ],
  },
  {
    name: "a heartbeat that was sent before the extension arrives after it",
    removed: "rule4OneVisibilityRequest",
    budget: { changes: 2, kills: 1 },
    fault: FAULTS.differs,
    story: [
      "worker 1 sends a heartbeat",
      "worker 1 sends a delete",
      "the heartbeat of worker 1 arrives",
      "worker 1 is killed",
      "m1 becomes visible",
      "the delete lands",
    ],
  },
  {
    name: "a worker without a lease writes, dies, and nobody waits for it",
    removed: "rule5NoWriteAfterLostLease",
    budget: { changes: 2, kills: 1, expiries: 1 },
    fault: FAULTS.differs,
    story: [
      "the lease of m1 is lost",
      "worker 2 receives m1",
      "worker 2 HEADs destination",
      "worker 1 sends a delete",
      "the delete lands",
      "worker 1 is killed",
    ],
  },
  {
    name: "an old receipt deletes a message that was received again",
    removed: "rule5CheckAtFlush",
    budget: { changes: 2, kills: 1, expiries: 1 },
    fault: FAULTS.differs,
    story: [
      "worker 1 is done with m1",
      "the lease of m1 is lost",
      "worker 2 receives m1",
      "worker 1 deletes m1 with an old receipt",
      "worker 2 sends a delete",
      "worker 2 is killed",
      "the delete lands",
    ],
  },
  {
    name: "a delete of a message arrives after its lease and after the next receive",
    removed: "rule5LeaseOutlivesFlush",
    budget: { changes: 2, kills: 1, expiries: 1 },
    fault: FAULTS.differs,
    story: [
      "worker 1 deletes m1",
      "the lease of m1 is lost",
      "worker 2 receives m1",
      "worker 2 is killed",
      "the delete lands",
      "the delete of m1+m2 arrives",
    ],
  },
  {
    name: "of two holders of one delivery the faster deletes the message, the slower gives up with its own damage known",
    removed: "rule5PutBackUnknown",
    budget: { changes: 2, twins: 1 },
    fault: FAULTS.differs,
    story: [
      "worker 2 receives the same delivery of m1",
      "the delete lands (worker 1)",
      "worker 2 deletes m1+m2",
      "worker 1 has lost its lease, gives up",
    ],
  },
  {
    name: "a key is let go at once and found in order before the write lands",
    removed: "rule6DelayedLettingGo",
    budget: { changes: 2, letGo: 1 },
    fault: FAULTS.differs,
    story: [
      "worker 1 sends a delete",
      "worker 1 lets go of m1 at once",
      "worker 2 receives m1",
      "worker 2 HEADs destination",
      "the delete lands",
    ],
  },
  {
    name: "the upload of a killed worker stays open",
    removed: "rule8AbortOnRedelivery",
    setting: MULTIPART,
    budget: { changes: 1, kills: 1 },
    fault: FAULTS.leftover,
    story: ["worker 1 creates an upload for A2", "worker 1 is killed", "m1 becomes visible", "worker 1 deletes m1"],
  },
  {
    name: "the receiver of a hand-off finds the key in order and forgets the upload",
    removed: "rule8CompleteOrAbortHandOff",
    setting: MULTIPART,
    budget: { changes: 2, letGo: 1 },
    fault: FAULTS.leftover,
    story: [
      "worker 1 hands its upload off",
      "worker 1 receives m3",
      "worker 1 HEADs destination",
      "worker 1 forgets its upload",
    ],
  },
  {
    name: "a hand-off is resumed for another version",
    removed: "rule8ResumeOnlySameFingerprint",
    setting: MULTIPART,
    budget: { changes: 2, letGo: 1 },
    fault: FAULTS.torn,
    story: [
      "part 1 of A2 lands from A2 (worker 1)",
      "source becomes B",
      "worker 1 hands its upload off",
      "worker 2 receives m3",
      "part 2 of B lands from B",
      "the complete of B lands",
    ],
  },
  {
    name: "a part in flight survives the abort",
    removed: "rule8AbortWaitsForParts",
    setting: MULTIPART,
    budget: { changes: 2, losses: 1 },
    fault: FAULTS.leftover,
    story: [
      "worker 1 gets no answer for part 1 of A2",
      "worker 1 aborts its upload under a part in flight, which keeps it open",
    ],
  },
];
