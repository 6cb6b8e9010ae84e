/**
 * The rules as switches. `ALL_RULES` is the product; a test takes one away and expects the search to find what goes wrong then.
 *
 *     reconcile(K):
 *       repeat
 *         before = HEAD source
 *         absent:                                      DELETE destination
 *         destination carries fingerprint(before):     nothing to do   (looked at only on redelivery, hand-off, unsettled)
 *         else:                                        copy, on condition that the source still has before's ETag
 *         after = HEAD source
 *       until after is the same state as before
 */
export interface Rules {
  /** An event says "look at this key". What it says happened is not used. */
  verbNeverTrusted: boolean;
  /** A later event for a key that is being reconciled joins it, and the loop runs once more before any of them is acknowledged. */
  joinedEventRunsLoopAgain: boolean;
  /** 0: absent is only absent in a bucket that exists; a check of the bucket precedes every delete. */
  rule0BucketCheck: boolean;
  /** 0, in full: a check also precedes acknowledging a key as absent, because the after-check's 404 is as bare as the first. */
  rule0CheckBeforeAcknowledging: boolean;
  /** 1: HEAD the source after the write; a difference starts over. */
  rule1AfterCheck: boolean;
  /** 1: the same state means all of ETag, size, LastModified, headers and metadata. */
  rule1ComparesHeaders: boolean;
  /** 2: the copy names the ETag it saw, in every request of a multipart copy too. */
  rule2SourceCondition: boolean;
  /** 3: after a write of unknown outcome, wait out the write bound and look at both sides once more before acknowledging. */
  rule3Settle: boolean;
  /** 4: a write is sent only while its lease has more time left than the write can take; the lease is extended first if not. */
  rule4LeaseOutlivesWrite: boolean;
  /** 4: a heartbeat never lowers a deadline. */
  rule4HeartbeatOnlyRaises: boolean;
  /** 4, in full: two visibility requests for one receipt are never on their way at once, or the lower one may arrive last. */
  rule4OneVisibilityRequest: boolean;
  /** 5: after a lost lease no write is sent. */
  rule5NoWriteAfterLostLease: boolean;
  /** 5: the lease is checked again when the batch of deletes is flushed; an old receipt is never used. */
  rule5CheckAtFlush: boolean;
  /** 5, in full: a message is deleted only while its lease has more time left than the delete request can take. */
  rule5LeaseOutlivesFlush: boolean;
  /** 5: put back what is unknown after a lost lease: it was written to, and not found clean since all has settled. */
  rule5PutBackUnknown: boolean;
  /** 6: with a write in flight or unsettled, let go only by a put-back delayed by the write bound, or by letting the lease run out. */
  rule6DelayedLettingGo: boolean;
  /** 8: other uploads of the key are aborted at most once per delivery, never on a restart of the loop. */
  rule8AbortOncePerDelivery: boolean;
  /** 8: a redelivery does abort the uploads that an earlier holder left. */
  rule8AbortOnRedelivery: boolean;
  /** 8: whoever receives a hand-off completes or aborts its upload in every branch. */
  rule8CompleteOrAbortHandOff: boolean;
  /** 8: resume only if the upload's fingerprint equals `before` exactly. */
  rule8ResumeOnlySameFingerprint: boolean;
  /** 8: an abort waits for own parts in flight. */
  rule8AbortWaitsForParts: boolean;
}

export const ALL_RULES: Rules = {
  verbNeverTrusted: true,
  joinedEventRunsLoopAgain: true,
  rule0BucketCheck: true,
  rule0CheckBeforeAcknowledging: true,
  rule1AfterCheck: true,
  rule1ComparesHeaders: true,
  rule2SourceCondition: true,
  rule3Settle: true,
  rule4LeaseOutlivesWrite: true,
  rule4HeartbeatOnlyRaises: true,
  rule4OneVisibilityRequest: true,
  rule5NoWriteAfterLostLease: true,
  rule5CheckAtFlush: true,
  rule5LeaseOutlivesFlush: true,
  rule5PutBackUnknown: true,
  rule6DelayedLettingGo: true,
  rule8AbortOncePerDelivery: true,
  rule8AbortOnRedelivery: true,
  rule8CompleteOrAbortHandOff: true,
  rule8ResumeOnlySameFingerprint: true,
  rule8AbortWaitsForParts: true,
};

export const without = (...removed: (keyof Rules)[]): Rules => ({
  ...ALL_RULES,
  ...Object.fromEntries(removed.map((rule) => [rule, false])),
});

/** What is given beside the rules: the way objects are copied, and what the surroundings may do. */
export interface Setting {
  rules: Rules;
  /** Objects are copied in two parts. Otherwise by one CopyObject. */
  multipart: boolean;
  /** The source at the start; the destination equals it. */
  start: number;
  /** Rule 0's check may be older than the HEAD it stands for (a cache of some seconds). */
  cachedBucketCheck: boolean;
  /** S3 refuses to delete a bucket that holds objects. */
  onlyEmptyBucketsVanish: boolean;
  /** Rule 6, stricter: a key written to since its last clean check is put back, not left to its lease or made visible. */
  letsGoByPutBack: boolean;
  /** The source bucket is missing from the start (a set-up error), and an event of the key waits in the queue. */
  bucketMissing: boolean;
}
