import { NodeHttpHandler } from "@smithy/node-http-handler";
import { DeleteObjectCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { makeHandler } from "../../aws/agents";
import { makeDestinationClient, makeQueueClient, makeQueueClients, makeSourceClient } from "../../aws/clients";
import { translate } from "../../aws/errors";
import { makeOperatorClients } from "../../aws/operator/clients";
import { makeSourceBucket } from "../../aws/source-bucket";
import {
  CREDENTIALS,
  REGION,
  errorBody,
  makeAdapters,
  rejection,
  signal,
  startServer,
  type Reply,
  type TestServer,
} from "./support";

let server: TestServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

test.each<[string, Reply]>([
  ["500", { status: 500, body: errorBody("InternalError") }],
  ["503", { status: 503, body: errorBody("SlowDown") }],
  ["a reset", "reset"],
])("%s is seen once: there are no hidden retries", async (_, reply) => {
  server.script = () => reply;
  const { source, destination, destroy } = makeAdapters(server.endpoint);
  await rejection(source.head("k", signal()));
  await rejection(destination.deleteObject("k", signal()));
  expect(server.requests.map(({ method }) => method)).toEqual(["HEAD", "DELETE"]);
  destroy();
});

test("256 copies are really in flight at once", async () => {
  const slots = 256;
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  server.script = async () => {
    if (server.requests.length === slots) release();
    await gate;
    return { body: "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>" };
  };
  const { destination, destroy } = makeAdapters(server.endpoint, { slots });
  const copies = Array.from({ length: slots }, (_, n) =>
    destination.copyObject(
      { key: `k${n}`, sourceEtag: "e", content: undefined, checksumAlgorithm: undefined },
      signal(),
    ),
  );
  await expect(Promise.all(copies)).resolves.toHaveLength(slots);
  destroy();
});

describe("deadlines", () => {
  const clientWith = (options: Partial<Parameters<typeof makeHandler>[0]>) =>
    new S3Client({
      region: REGION,
      endpoint: server.endpoint,
      forcePathStyle: true,
      credentials: CREDENTIALS,
      maxAttempts: 1,
      requestHandler: makeHandler({ maxSockets: 2, requestTimeoutMs: 60_000, socketTimeoutMs: 60_000, ...options }),
    });
  const failureOf = (client: S3Client) =>
    client.send(new DeleteObjectCommand({ Bucket: "b", Key: "k" })).then(
      () => {
        throw new Error("expected a rejection");
      },
      (error: unknown) => translate(error, "DeleteObject", "write"),
    );

  test.each([
    ["the whole request", { requestTimeoutMs: 100 }],
    ["silence", { socketTimeoutMs: 100 }],
  ])("%s: a hung server is a Timeout of unknown effect", async (_, options) => {
    server.script = () => "hang";
    const client = clientWith(options);
    expect(await failureOf(client)).toMatchObject({ code: "Timeout", effect: "unknown" });
    client.destroy();
  });

  test("waiting for a socket counts as not connected: nothing was sent", async () => {
    server.script = () => "hang";
    const client = clientWith({ maxSockets: 1, connectTimeoutMs: 300 });
    const first = client.send(new HeadObjectCommand({ Bucket: "b", Key: "k" })).catch(() => undefined);
    expect(await failureOf(client)).toMatchObject({ code: "NotConnected", effect: "none" });
    expect(server.requests.map(({ method }) => method)).toEqual(["HEAD"]);
    await server.close();
    await first;
    client.destroy();
  });

  test("many requests that wait for a socket are waited for in silence: logs are JSON lines", async () => {
    const spoken = jest.spyOn(console, "warn").mockReturnValue(undefined);
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    server.script = async () => {
      await gate;
      return { status: 404 };
    };
    const client = clientWith({ maxSockets: 1, connectTimeoutMs: 300 });
    const heads = Array.from({ length: 5 }, () => failureOf(client));
    await Promise.all(heads.slice(1));
    open();
    await heads[0];
    expect(spoken).not.toHaveBeenCalled();
    spoken.mockRestore();
    client.destroy();
  });

  test("an idle connection is given up before S3 closes it", async () => {
    const client = clientWith({});
    server.script = () => ({ status: 404 });
    await client.send(new HeadObjectCommand({ Bucket: "b", Key: "k" })).catch(() => undefined);
    const { httpAgent } = (client.config.requestHandler as NodeHttpHandler).httpHandlerConfigs();
    expect(httpAgent).toMatchObject({ keepAlive: true, maxSockets: 2, options: { timeout: 4_000 } });
    client.destroy();
  });
});

describe("where requests go", () => {
  const ENV = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_SQS"] as const;
  afterEach(() => {
    for (const name of ENV) Reflect.deleteProperty(process.env, name);
  });
  const options = { region: REGION, credentials: CREDENTIALS, slots: 1 };

  test.each(["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])("%s is honoured", async (name) => {
    process.env[name] = server.endpoint;
    const client = makeSourceClient(options, "source");
    server.script = () => ({ status: 404 });
    await makeSourceBucket({ client, name: "source" }).head("a//b", signal());
    expect(server.requests[0]!.target).toBe("/source/a//b");
    const { client: destination, destroy } = makeDestinationClient(options);
    await destination.send(new DeleteObjectCommand({ Bucket: "d--eun1-az1--x-s3", Key: "k" })).catch(() => undefined);
    expect(server.sessionRequests).toHaveLength(1);
    expect(server.requests[1]!.target).toContain("/d--eun1-az1--x-s3//k");
    client.destroy();
    destroy();
  });

  test.each(["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS"])(
    "%s is honoured whatever the queue's address says, without a word on the console",
    async (name) => {
      process.env[name] = server.endpoint;
      const spoken = jest.spyOn(console, "warn").mockReturnValue(undefined);
      const { client, polling, heartbeat, destroy } = makeQueueClients({ ...options, receivers: 1 });
      const operator = makeOperatorClients(REGION);
      const single = makeQueueClient(options);
      server.script = () => ({ body: "{}", headers: { "content-type": "application/x-amz-json-1.0" } });
      const QueueUrl = "https://sqs.eu-north-1.amazonaws.com/123456789012/q";
      for (const each of [client, polling, heartbeat, single]) {
        await each.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
      }
      expect(operator.sqs.config.useQueueUrlAsEndpoint).toBe(false);
      expect(server.requests.map(({ body }) => (JSON.parse(body) as { QueueUrl: string }).QueueUrl)).toEqual(
        Array(4).fill(QueueUrl),
      );
      expect(spoken).not.toHaveBeenCalled();
      spoken.mockRestore();
      for (const each of [single, operator]) each.destroy();
      destroy();
    },
  );

  /** Host and path as they would be asked for on AWS. */
  const requested = async (client: S3Client, bucket: string): Promise<string> => {
    let seen = "";
    client.middlewareStack.add(
      () => (args) => {
        const { hostname, path } = args.request as { hostname: string; path: string };
        seen = `${hostname}${path}`;
        return Promise.reject(new Error("not sent"));
      },
      { step: "finalizeRequest", priority: "low" },
    );
    await client.send(new HeadObjectCommand({ Bucket: bucket, Key: "k" })).catch(() => undefined);
    client.destroy();
    return seen;
  };

  test.each([
    ["my-bucket", "my-bucket.s3.eu-north-1.amazonaws.com/k"],
    ["my.dotted.bucket", "s3.eu-north-1.amazonaws.com/my.dotted.bucket/k"],
  ])("the source %s is asked at %s", async (bucket, expected) => {
    expect(await requested(makeSourceClient(options, bucket), bucket)).toBe(expected);
  });

  test("the destination is asked at its zone", async () => {
    const sessions = {
      getS3ExpressIdentity: async () => ({ ...CREDENTIALS, sessionToken: "t", expiration: new Date(Date.now() + 1e6) }),
    };
    const { client, destroy } = makeDestinationClient(options);
    client.config.s3ExpressIdentityProvider = sessions;
    expect(await requested(client, "d--eun1-az1--x-s3")).toBe(
      "d--eun1-az1--x-s3.s3express-eun1-az1.eu-north-1.amazonaws.com/k",
    );
    destroy();
  });
});

test("polls, writes and heartbeats have connections of their own", () => {
  const { client, polling, heartbeat, destroy } = makeQueueClients({
    region: REGION,
    credentials: CREDENTIALS,
    receivers: 4,
  });
  const handlers = [client, polling, heartbeat].map(({ config }) => config.requestHandler);
  expect(new Set(handlers).size).toBe(3);
  destroy();
});
