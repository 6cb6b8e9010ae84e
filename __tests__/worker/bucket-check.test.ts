/** Rule 0: a storm of questions shares few requests, and no answer is older than the question. */
import { makeBucketCheck } from "../../worker/bucket-check";
import { makeClock } from "../support/worker-clock";
import { type Deferred, deferred, failure, watch } from "../support/worker-fakes";

const clock = makeClock();

function begin() {
  const requests: Deferred<boolean>[] = [];
  const check = makeBucketCheck(() => {
    const request = deferred<boolean>();
    requests.push(request);
    return request.promise;
  });
  return { requests, check };
}

it("asks at once when nobody else does", async () => {
  const { requests, check } = begin();
  const answer = check();
  expect(requests).toHaveLength(1);
  requests[0]!.resolve(true);
  await expect(answer).resolves.toBe(true);
});

it("gives a question that came after the request a request of its own, shared by all that waited", async () => {
  const { requests, check } = begin();
  const first = watch(check());
  const later = Array.from({ length: 100 }, () => check());
  const seen = later.map(watch);
  expect(requests).toHaveLength(1);
  requests[0]!.resolve(true);
  await clock.settle();
  expect({ first: first.value, second: seen[0]!.state, requests: requests.length }).toEqual({
    first: true,
    second: "pending",
    requests: 2,
  });
  requests[1]!.resolve(false);
  await expect(Promise.all(later)).resolves.toEqual(Array(100).fill(false));
  expect(requests).toHaveLength(2);
});

it("keeps the rule over several rounds", async () => {
  const { requests, check } = begin();
  void check();
  const second = watch(check());
  requests[0]!.resolve(true);
  await clock.settle();
  const third = watch(check());
  requests[1]!.resolve(true);
  await clock.settle();
  expect([second.state, third.state, requests.length]).toEqual(["resolved", "pending", 3]);
  requests[2]!.resolve(false);
  await clock.settle();
  expect(third.value).toBe(false);
  void check();
  expect(requests).toHaveLength(4);
});

it("fails whoever shared a failed request, and asks again for the next", async () => {
  const { requests, check } = begin();
  const first = watch(check());
  const second = watch(check());
  requests[0]!.reject(failure("Timeout"));
  await clock.settle();
  expect([first.state, second.state, requests.length]).toEqual(["rejected", "pending", 2]);
  requests[1]!.resolve(true);
  await clock.settle();
  expect(second).toEqual({ state: "resolved", value: true });
});
