/**
 * The local cloud: S3, SQS, ECS, Lambda, a schedule, logs, metrics and what operators look up besides, behind one HTTP address, with faults and
 * a request log. Generic: knows no product.
 */
import { makeCloudWatch, type CloudWatch } from "./cloudwatch";
import { controlHandler } from "./control";
import { makeEc2, type Network } from "./ec2";
import { takePlace, type Place } from "./place";
import { makeEcs, type Ecs, type EcsTiming } from "./ecs";
import { furnish, type Furniture } from "./furnish";
import { systemClock, type Clock } from "./http/clock";
import { Faults } from "./http/faults";
import { type Certificate, Front } from "./http/front";
import { Principals } from "./http/principals";
import { seededRandom } from "./http/random";
import { RequestLog } from "./http/request-log";
import type { Principal } from "./http/service";
import { makeKms, type Kms } from "./kms";
import { makeLambda, type Lambda } from "./lambda";
import { makeLogs, type Logs, type LogsOptions } from "./logs";
import { putNotification, type QueueNotification } from "./notification";
import { makeQuotas, type Quotas } from "./quotas";
import { makeS3, type S3Admin } from "./s3";
import { makeSchedule, type Schedule } from "./schedule";
import { makeSqs, type Hardness, type Sqs } from "./sqs";
import { makeSts } from "./sts";

export interface CloudOptions extends Furniture {
  /** 0 (default) = any free port of 127.0.0.1. */
  readonly port?: number;
  /**
   * Where objects live. Buckets, objects, their metadata and open uploads stay there and are found again by the next cloud with this
   * directory, also after a kill; nothing else is kept. It is made where it is not there. Default: a temporary directory that `close` removes.
   */
  readonly directory?: string;
  /** Default eu-north-1. */
  readonly region?: string;
  /** Default 123456789012. */
  readonly accountId?: string;
  /** Makes ids, ETags, orders and the dice of faults. Default 1. */
  readonly seed?: number;
  /** Time for queues, objects, tasks and rules. Signatures are always checked against the machine's time. */
  readonly clock?: Clock;
  /** Names of those who sign, or whole principals. Default operator, starter, worker. */
  readonly principals?: readonly (string | Principal)[];
  /** Lifetime of S3's CreateSession credentials. Default 300. */
  readonly sessionSeconds?: number;
  readonly sqs?: Partial<Hardness>;
  readonly ecs?: Partial<EcsTiming>;
  readonly logs?: Pick<LogsOptions, "keepBytesPerGroup" | "scanPerCall">;
  /** JSON lines of all requests are appended here. */
  readonly requestLogFile?: string;
  /** Requests that the log keeps in memory. Default 100,000, 0 for none. */
  readonly keepRequests?: number;
  /** Speaks TLS with this certificate instead of plain HTTP. */
  readonly tls?: Certificate;
}

export interface Cloud {
  /** `http://127.0.0.1:PORT`, or `https` */
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  readonly seed: number;
  readonly directory: string;
  readonly principals: Principals;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly s3: S3Admin;
  readonly sqs: Sqs;
  readonly ecs: Ecs;
  readonly lambda: Lambda;
  readonly schedule: Schedule;
  readonly logs: Logs;
  readonly cloudwatch: CloudWatch;
  /** What EC2 shows of VPCs, subnets, routes and endpoints. */
  readonly network: Network;
  readonly quotas: Quotas;
  readonly kms: Kms;
  /** What a process of that principal needs in its environment to reach this cloud and nothing else. @throws Error for an unknown name */
  environmentFor(principalName: string): Record<string, string>;
  /** Replaces a bucket's notification document; each queue gets a TestEvent first, as in AWS. */
  setNotification(bucket: string, queues: readonly QueueNotification[]): Promise<void>;
  /** Cuts every open connection. */
  resetConnections(): void;
  /** Ends all processes and connections and removes what was stored, but for a `directory` that was given. Safe to call twice. */
  close(): Promise<void>;
}

const DEFAULT_PRINCIPALS = ["operator", "starter", "worker"];

/**
 * Starts a cloud in this process. When it resolves, everything in `options` is there and requests are answered; before that the port refuses
 * connections, so whoever waits for the port, or for `GET /_cloud/health`, waits for all of it.
 * @throws Error when the port is taken, an option is wrong, or the directory is in use or cannot be read; nothing is left behind then.
 */
export async function startCloud(options: CloudOptions = {}): Promise<Cloud> {
  const place = takePlace(options.directory);
  return openCloud(options, place).catch((error: unknown) => {
    place.giveBack();
    throw error;
  });
}

async function openCloud(options: CloudOptions, place: Place): Promise<Cloud> {
  const { directory } = place;
  const { region = "eu-north-1", accountId = "123456789012", seed = 1, clock = systemClock } = options;
  const principals = new Principals((options.principals ?? DEFAULT_PRINCIPALS).map(principalOf));
  // Each part throws dice of its own, so that one more request here changes no order there.
  const random = (part: number) => seededRandom(seed * 16 + part);
  const faults = new Faults(random(0));
  const log = new RequestLog({
    ...(options.requestLogFile !== undefined && { file: options.requestLogFile }),
    ...(options.keepRequests !== undefined && { keep: options.keepRequests }),
  });
  const front = new Front({
    principals,
    faults,
    log,
    random: random(1),
    port: options.port ?? 0,
    ...(options.tls && { tls: options.tls }),
  });
  let endpoint = "";
  const common = { region, accountId, clock, endpoint: () => endpoint };
  const sqs = makeSqs({ ...common, random: random(2), ...(options.sqs && { hardness: options.sqs }) });
  const logs = makeLogs({ ...common, ...options.logs });
  const cloudwatch = makeCloudWatch({ clock, logs, sqs });
  const ecs = makeEcs({ ...common, logs, random: random(3), ...(options.ecs && { timing: options.ecs }) });
  const lambda = makeLambda({ ...common, logs, random: random(4) });
  const schedule = makeSchedule({
    ...common,
    random: random(5),
    invoke: (name, event) => void lambda.invokeLater(name, event),
  });
  const s3 = makeS3({
    ...common,
    directory,
    keep: place.keep,
    random: random(6),
    deliver: (queueArn, body) => sqs.deliver(queueArn, body),
    ...(options.sessionSeconds !== undefined && { sessionSeconds: options.sessionSeconds }),
  });
  const ec2 = makeEc2({ ...common, random: random(7) });
  const quotas = makeQuotas(common);
  const kms = makeKms({ ...common, random: random(8) });
  const services = [
    s3,
    ...[sqs, ecs, lambda, schedule, logs, cloudwatch, ec2, quotas, kms].map(({ service }) => service),
    makeSts(accountId),
  ];
  for (const service of services) front.add(service);
  front.addPlain(ecs.metadata);
  const about = () => ({ region, accountId, seed, endpoint, services: services.map((service) => service.name) });
  front.addPlain(controlHandler({ faults, log, s3: s3.admin, ecs, sqs, about }));

  // A process that ends without `close` leaves no temporary directory either.
  process.once("exit", place.giveBack);
  let closing: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    schedule.close();
    await Promise.all([lambda.close(), ecs.stopAll()]);
    sqs.close();
    await front.close();
    await s3.close();
    await log.close();
    place.giveBack();
    process.removeListener("exit", place.giveBack);
  };
  const close = () => (closing ??= closeAll());
  const setNotification: Cloud["setNotification"] = (bucket, queues) => putNotification(s3, bucket, queues);
  try {
    await furnish({ s3: s3.admin, sqs, setNotification }, options);
    endpoint = await front.listen();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    endpoint,
    region,
    accountId,
    seed,
    directory,
    principals,
    faults,
    log,
    s3: s3.admin,
    sqs,
    ecs,
    lambda,
    schedule,
    logs,
    cloudwatch,
    network: ec2.network,
    quotas,
    kms,
    environmentFor(name) {
      const principal = principals.byName(name);
      if (principal === undefined) throw new Error(`there is no principal ${name}`);
      return environmentOf(principal, endpoint, region);
    },
    setNotification,
    resetConnections: () => front.resetConnections(),
    close,
  };
}

/** Access keys that can be told apart at a glance, the same in every run. */
function principalOf(input: string | Principal): Principal {
  if (typeof input !== "string") return input;
  const letters = input.toUpperCase().replace(/[^A-Z0-9]/g, "");
  return { name: input, accessKeyId: `AKIALOCAL${letters}`, secretAccessKey: `local-secret-of-${input}` };
}

function environmentOf(principal: Principal, endpoint: string, region: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: principal.accessKeyId,
    AWS_SECRET_ACCESS_KEY: principal.secretAccessKey,
    ...(principal.sessionToken !== undefined && { AWS_SESSION_TOKEN: principal.sessionToken }),
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
}
