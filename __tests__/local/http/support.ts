/** A front with one small service behind it, for tests of what the front itself does. */
import { Faults } from "../../../local/http/faults";
import { Front } from "../../../local/http/front";
import { readAll } from "../../../local/http/payload";
import { Principals } from "../../../local/http/principals";
import { seededRandom } from "../../../local/http/random";
import { RequestLog } from "../../../local/http/request-log";
import type { CloudError, CloudRequest, Principal, Reply, Route, Service } from "../../../local/http/service";

export const WORKER: Principal = { name: "worker", accessKeyId: "AKIAWORKER", secretAccessKey: "worker-secret" };

/** Stores bodies by raw path: enough of S3 to see what arrives. */
export class EchoS3 implements Service {
  readonly name = "s3";
  readonly stored = new Map<string, Buffer>();
  readonly trailers: Record<string, string>[] = [];
  route(request: CloudRequest): Route | undefined {
    const operation = { PUT: "PutObject", GET: "GetObject", HEAD: "HeadObject" }[request.method];
    const [, resource = "", ...key] = request.rawPath.split("/");
    return operation === undefined ? undefined : { operation, resource, key: key.join("/") };
  }

  async handle(request: CloudRequest, route: Route): Promise<Reply> {
    if (route.operation === "PutObject") {
      this.stored.set(request.rawPath, await readAll(request.body, 1e9));
      this.trailers.push({ ...request.trailers });
      return { status: 200, headers: { etag: '"e"' } };
    }
    const body = this.stored.get(request.rawPath) ?? Buffer.from("nothing");
    return { status: 200, headers: { "content-length": String(body.length) }, body };
  }

  errorReply(error: CloudError): Reply {
    return {
      status: error.status,
      headers: { "content-type": "application/xml" },
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${error.code}</Code><Message>${error.message.replace(/[<&]/g, " ")}</Message></Error>`,
    };
  }
}

export interface TestFront {
  readonly front: Front;
  readonly s3: EchoS3;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly principals: Principals;
  readonly endpoint: string;
  now: number | undefined;
}

export async function startFront(): Promise<TestFront> {
  const random = seededRandom(1);
  const faults = new Faults(random);
  const log = new RequestLog();
  const principals = new Principals([WORKER]);
  const state: { now: number | undefined } = { now: undefined };
  const front = new Front({ principals, log, faults, random, now: () => state.now ?? Date.now() });
  const s3 = new EchoS3();
  front.add(s3);
  const endpoint = await front.listen();
  return Object.assign(state, { front, s3, faults, log, principals, endpoint });
}
