/** The preflight through the SDK adapters on the local cloud: what a wrong set-up really answers. */
import {
  makeDestinationBucket,
  makeDestinationClient,
  makeQueue,
  makeQueueClient,
  makeSourceBucket,
  makeSourceClient,
  preflight,
} from "../../aws";
import { startCloud, type Cloud } from "../../local/cloud";
import { signal } from "./support";

const SOURCE = "src";
const DESTINATION = "dst--eun1-az1--x-s3";

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud({ principals: ["worker", "nobody"] });
  cloud.s3.createBucket(SOURCE);
  cloud.s3.createBucket(DESTINATION);
  cloud.sqs.createQueue("q");
  cloud.s3.setPolicy("nobody", () => false);
});
afterAll(() => cloud.close());

async function check(principal: string, names = { source: SOURCE, destination: DESTINATION, queue: "q" }) {
  const { accessKeyId, secretAccessKey } = cloud.principals.byName(principal) ?? {
    accessKeyId: "AKIANOBODY",
    secretAccessKey: "x",
  };
  const options = {
    region: cloud.region,
    endpoint: cloud.endpoint,
    credentials: { accessKeyId, secretAccessKey },
    slots: 2,
  };
  const sourceClient = makeSourceClient(options, names.source);
  const { client, sessions, destroy } = makeDestinationClient(options);
  const sqs = makeQueueClient(options);
  const queueUrl = cloud.sqs.queue("q").url.replace(/q$/, names.queue);
  const problems = await preflight(
    {
      source: makeSourceBucket({ client: sourceClient, name: names.source }),
      destination: makeDestinationBucket({ client, sessions, name: names.destination, sourceBucket: names.source }),
      queue: makeQueue({ client: sqs, queueUrl }),
    },
    signal(),
  );
  sourceClient.destroy();
  destroy();
  sqs.destroy();
  return problems;
}

test("a good set-up has no problems, and nothing is changed by looking", async () => {
  cloud.sqs.queue("q").send("waiting");
  expect(await check("worker")).toEqual([]);
  expect(cloud.sqs.queue("q").peek()).toMatchObject([{ state: "ready", receiveCount: 0 }]);
});

test("nothing exists: three problems at once", async () => {
  expect(await check("worker", { source: "nope", destination: "nope--eun1-az1--x-s3", queue: "nope" })).toEqual([
    expect.stringMatching(/^source bucket nope: The bucket does not exist/),
    expect.stringMatching(/^destination bucket nope--eun1-az1--x-s3: The bucket does not exist/),
    expect.stringMatching(/^queue: The queue does not exist/),
  ]);
});

test("no permission on the buckets", async () => {
  expect(await check("nobody")).toEqual([
    expect.stringMatching(/^source bucket src: Access was denied/),
    expect.stringMatching(/^destination bucket .*: No session/),
  ]);
});

test("credentials nobody knows", async () => {
  const problems = await check("unknown");
  expect(problems).toHaveLength(3);
  // A HEAD has no body that could name the reason, so the source only says that it was refused.
  expect(problems[0]).toMatch(/^source bucket src: /);
  expect(problems[1]).toMatch(/No usable AWS credentials/);
  expect(problems[2]).toMatch(/No usable AWS credentials/);
});
