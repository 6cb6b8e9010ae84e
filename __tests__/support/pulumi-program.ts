/** Runs the Pulumi program against recorded resources: what it asks for, with which inputs and options. No engine, no provider. */
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import program from "../../index";
import { SETTINGS } from "../../core/settings-table";
import type { SyncOutputs } from "../../infra/s3-express-sync";

export const PROJECT = "s3-express-sync";
export const ACCOUNT = "123456789012";
export const REGION = "eu-north-1";

type Inputs = Readonly<Record<string, unknown>>;

/** A resource as the program registered it. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly inputs: Inputs;
  readonly retainOnDelete: boolean;
  /** The id under which it is taken in if it is not this stack's yet; "" when it is created. */
  readonly importId: string;
  readonly ignoreChanges: readonly string[];
  /** Names of what must exist before and is deleted after. */
  readonly dependsOn: readonly string[];
  readonly provider: string;
}

export interface Ran {
  readonly resources: readonly Recorded[];
  readonly outputs: { readonly [F in keyof SyncOutputs]: unknown };
  /** Tokens of the data sources that were asked. */
  readonly asked: readonly string[];
  /** The only resource of that type, or the one with that name behind `sync-`. */
  find(type: string, name?: string): Recorded;
  all(type: string): readonly Recorded[];
}

export interface ProgramOptions {
  readonly stack?: string;
  /** Answers of data sources by the last part of their token; a function may throw. */
  readonly answers?: Readonly<Record<string, (inputs: Inputs) => object>>;
}

/** @param config settings by name, `aws:region` in full; the Region is given unless it is */
export async function runProgram(config: Record<string, string> = {}, options: ProgramOptions = {}): Promise<Ran> {
  const recorded: Recorded[] = [];
  const asked: string[] = [];
  const restore = recordInto(recorded);
  try {
    await pulumi.runtime.setMocks(
      { newResource, call: (args) => answer(args, options, asked) },
      PROJECT,
      options.stack ?? "dev",
      false,
    );
    const withRegion =
      (config["REGION"] ?? "") !== "" ? config : { [SETTINGS.region.variable.name]: REGION, ...config };
    pulumi.runtime.setAllConfig(
      Object.fromEntries(
        Object.entries(withRegion).map(([name, value]) => [name.includes(":") ? name : `${PROJECT}:${name}`, value]),
      ),
    );
    const outputs = await valueOf(pulumi.output(await program()));
    await pulumi.runtime.disconnect();
    return { resources: recorded, outputs: outputs as unknown as Ran["outputs"], asked, ...finders(recorded) };
  } finally {
    restore();
  }
}

/** The texts of a failed configuration. */
export async function problemsOf(
  config: Record<string, string>,
  options: ProgramOptions = {},
): Promise<readonly string[]> {
  const failure = await runProgram(config, options).then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  if (failure === undefined) return [];
  if (!pulumi.RunError.isInstance(failure)) throw new Error("not a configuration error", { cause: failure });
  return failure.message
    .split("\n")
    .slice(1)
    .map((line) => line.replace(/^ {2}- /, ""));
}

/** The text of a policy, container definition or similar, parsed. */
export function json(recorded: Recorded, field: string): unknown {
  return JSON.parse(recorded.inputs[field] as string);
}

function finders(recorded: readonly Recorded[]): Pick<Ran, "find" | "all"> {
  const all = (type: string): readonly Recorded[] => recorded.filter((one) => one.type === type);
  return {
    all,
    find: (type, name) => {
      const found = all(type).filter((one) => name === undefined || one.name === `sync-${name}`);
      const [only] = found;
      if (only === undefined || found.length > 1) throw new Error(`${found.length} resources ${type} ${name ?? ""}`);
      return only;
    },
  };
}

async function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return await new Promise((resolve) => output.apply(resolve));
}

const OPAQUE: Readonly<Record<string, object>> = {
  "awsx:ecr:Repository": { url: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/the-repository` },
};

function newResource({ type, name, inputs }: pulumi.runtime.MockResourceArgs): pulumi.runtime.MockResourceResult {
  const given = inputs as Inputs;
  const known = [given["name"], given["bucket"], given["family"]].find((one) => typeof one === "string") ?? name;
  const url = type === "aws:sqs/queue:Queue" ? { url: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${known}` } : {};
  const state = { name: known, arn: `arn:mock:${type}:${known}`, ...given, ...url, ...OPAQUE[type] };
  return { id: type === "aws:ec2/securityGroup:SecurityGroup" ? "sg-0workers" : `${name}-id`, state };
}

/** As a provider refuses a data source: what Pulumi shows is the `details` of the gRPC error. */
export function notFound(details: string): Error {
  return Object.assign(new Error(details), { details });
}

const ANSWERS: NonNullable<ProgramOptions["answers"]> = {
  getCallerIdentity: () => ({ accountId: ACCOUNT }),
  getPartition: () => ({ partition: "aws" }),
  getBucket: ({ bucket }) => {
    if (String(bucket).endsWith(ACCOUNT)) throw notFound(`empty result: ${String(bucket)}`);
    return { bucket, bucketRegion: REGION };
  },
  getBucketNotification: () => ({ queues: [], topics: [], lambdaFunctions: [], eventbridge: false }),
  getDirectoryBuckets: () => ({ buckets: ["data--eun1-az1--x-s3", "my-express-bucket--eun1-az1--x-s3"] }),
  getVpc: () => ({ id: "vpc-0default" }),
  getAvailabilityZones: () => ({ names: [`${REGION}a`, `${REGION}b`, `${REGION}c`] }),
  getSubnet: ({ availabilityZone }) => {
    const zone = String(availabilityZone).slice(-1);
    if (zone === "c") throw notFound("no matching EC2 Subnet found");
    return { id: `subnet-0${zone}` };
  },
  getRouteTables: () => ({ ids: ["rtb-0b", "rtb-0a"] }),
  getRouteTable: () => ({ routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-0a" }] }),
  getSubnets: () => ({ ids: ["subnet-0d", "subnet-0c"] }),
  getVpcEndpoint: ({ serviceName }) => {
    throw notFound(`no matching EC2 VPC Endpoint found: ${String(serviceName)}`);
  },
};

function answer(
  { token, inputs }: pulumi.runtime.MockCallArgs,
  { answers = {} }: ProgramOptions,
  asked: string[],
): Record<string, unknown> {
  const name = token.slice(token.lastIndexOf(":") + 1);
  asked.push(name);
  const reply = answers[name] ?? ANSWERS[name];
  if (reply === undefined) throw new Error(`unmocked call ${token}`);
  return reply(inputs as Inputs) as Record<string, unknown>;
}

interface RegisterRequest {
  getType(): string;
  getName(): string;
  getRetainondelete(): boolean;
  getImportid(): string;
  getIgnorechangesList(): string[];
  getDependenciesList(): string[];
  getProvider(): string;
  getProvidersMap(): { toArray(): [string, string][] };
}

/** Options are not among what mocks are given, so they are read from the request itself. */
function recordInto(recorded: Recorded[]): () => void {
  const monitor = MockMonitor.prototype as unknown as {
    registerResource: (this: MockMonitor, request: RegisterRequest, callback: unknown) => Promise<void>;
    mocks: unknown;
  };
  const original = monitor.registerResource;
  monitor.registerResource = async function register(request, callback) {
    const self = this as unknown as { mocks: pulumi.runtime.Mocks };
    const mocks = self.mocks;
    const seen: { inputs: Inputs } = { inputs: {} };
    const watching: pulumi.runtime.Mocks = {
      call: (args) => mocks.call(args),
      newResource: (args) => {
        seen.inputs = args.inputs as Inputs;
        return mocks.newResource(args);
      },
    };
    const once = Object.assign(Object.create(this) as MockMonitor, { mocks: watching });
    await original.call(once, request, callback);
    if (request.getType().startsWith("pulumi:") && !request.getType().startsWith("pulumi:providers:")) return;
    recorded.push({
      type: request.getType(),
      name: request.getName(),
      inputs: seen.inputs,
      retainOnDelete: request.getRetainondelete(),
      importId: request.getImportid(),
      ignoreChanges: request.getIgnorechangesList(),
      dependsOn: request.getDependenciesList().map((urn) => urn.slice(urn.lastIndexOf("::") + 2)),
      provider: request.getProvider(),
    });
  };
  return () => {
    monitor.registerResource = original;
  };
}

/** Data sources that answer as to somebody without the permission. */
export function refusing(...names: readonly string[]): NonNullable<ProgramOptions["answers"]> {
  const refuse = (): never => {
    throw notFound("AccessDenied");
  };
  return Object.fromEntries(names.map((name) => [name, refuse]));
}
