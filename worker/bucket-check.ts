/**
 * Rule 0: absent is only absent in a bucket that exists. Answers are shared, but only by callers who asked before the request
 * was sent: a storm of deletes costs one HeadBucket per round trip, and no answer is older than the question.
 */

export function makeBucketCheck(exists: () => Promise<boolean>): () => Promise<boolean> {
  let running: Promise<boolean> | undefined;
  let next: Promise<boolean> | undefined;

  function start(): Promise<boolean> {
    const request = exists();
    running = request;
    const done = (): void => {
      if (running === request) running = undefined;
    };
    request.then(done, done);
    return request;
  }

  return () => {
    if (running === undefined) return start();
    next ??= running.then(follow, follow);
    return next;
  };

  function follow(): Promise<boolean> {
    next = undefined;
    return start();
  }
}
