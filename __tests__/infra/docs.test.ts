/** docs/deploy.md and docs/examples/ against the program: what they say can be set can be set, and nothing is left out. */
import { readdirSync, readFileSync } from "node:fs";
import { type Setting, SETTINGS } from "../../core/settings-table";
import { DEFAULTS } from "../../core/env";
import { alarmTable } from "../../infra/alarm-table";
import { namesFor } from "../../infra/names";
import { OPERATOR_VERBS } from "../../infra/policies/operator";
import { parseSettings } from "../../core/settings";
import { notFound, PROJECT, runProgram } from "../support/pulumi-program";
import { OTHER_SEED_VERBS, SEED_COMMANDS } from "./seed-names";

// The starter's code does not matter here, and making it takes most of a run.
jest.mock("@pulumi/pulumi/runtime/closure/codePaths", () => ({ computeCodePaths: () => Promise.resolve(new Map()) }));
jest.mock("@pulumi/pulumi/runtime/closure/serializeClosure", () => ({
  serializeFunction: () => Promise.resolve({ text: "//", exportName: "handler", containsSecrets: false }),
}));

const deploy = readFileSync("docs/deploy.md", "utf8");
const settings = Object.values<Setting<unknown>>(SETTINGS as Record<string, Setting<unknown>>);

/** A stack file: one level of plain scalars under `config:`. */
function stackConfig(file: string): Record<string, string> {
  const lines = readFileSync(file, "utf8").matchAll(/^ {2}([\w-]+:\w+): (.+)$/gm);
  return Object.fromEntries([...lines].map(([, name = "", value = ""]) => [name, value]));
}

it.each(readdirSync("docs/examples"))("the example %s is a configuration the program takes", async (file) => {
  const config = stackConfig(`docs/examples/${file}`);
  const region = config["aws:region"]!;
  const answers = {
    getBucket: () => ({ bucketRegion: region }),
    getDirectoryBuckets: () => ({ buckets: [config[`${PROJECT}:destinationBucket`] ?? ""] }),
    getRouteTable: () => ({
      routes: [
        {
          cidrBlock: "0.0.0.0/0",
          ...(file.startsWith("private") ? { natGatewayId: "nat-0" } : { gatewayId: "igw-0" }),
        },
      ],
    }),
    getVpcEndpoint: ({ serviceName }: Readonly<Record<string, unknown>>) => {
      if (/\.s3(express)?$/.test(String(serviceName))) return {};
      throw notFound("no matching EC2 VPC Endpoint found");
    },
  };
  const stack = file.replace(".yaml", "");
  const ran = await runProgram(config, { answers, stack });
  expect(ran.outputs.cluster).toBe(`s3-to-s3express-sync-${stack}-cluster`);
  expect(deploy).toContain(`(examples/${file})`);
});

it("the dev stack's file says the Region and nothing else", () => {
  expect(stackConfig("Pulumi.dev.yaml")).toEqual({ "aws:region": "eu-north-1" });
});

it("every variable and every command of the shell deployment has its line in the table", () => {
  const table = deploy.slice(deploy.indexOf("## From the shell deployment"));
  for (const { alias } of settings) if (alias !== undefined) expect(table).toContain(alias.name);
  const verbs = SEED_COMMANDS.map((command) => command.split(" ").slice(1, 3).join(" "));
  const then = table.split("\n").flatMap((row) => row.split("|")[1] ?? []);
  for (const verb of new Set([...verbs, ...OTHER_SEED_VERBS])) {
    expect([verb, then.some((cell) => new RegExp(`\`aws ${verb}[ \`]`).test(cell))]).toEqual([verb, true]);
  }
  for (const script of ["./deploy.sh", "./cleanup.sh", "worker.py"]) expect(then.join()).toContain(`\`${script}\``);
});

it("verbs the page names exist, and the policy it tells of covers them", () => {
  const verbs = [...deploy.matchAll(/npx s3-express-sync (\w+)/g)].map(([, verb = ""]) => verb);
  expect(verbs.length).toBeGreaterThan(10);
  expect(verbs.filter((verb) => !(verb in OPERATOR_VERBS))).toEqual([]);
});

it("settings the page names exist, and its numbers are the program's", () => {
  const known = new Set(
    settings.flatMap(({ variable, alias }) => [variable.name, ...(alias === undefined ? [] : [alias.name])]),
  );
  const set = [...deploy.matchAll(/pulumi config set (\S+)/g)].map(([, name = ""]) => name);
  expect(set.filter((name) => !known.has(name))).toEqual([]);
  expect(deploy).toContain(`${DEFAULTS.multipartThreshold / 1024 ** 2} MiB`);
  expect(deploy).toContain(`parts of ${DEFAULTS.partSize / 1024 ** 2} MiB`);
  const parsed = parseSettings({ "aws:region": "eu-north-1" }, "dev");
  if (!parsed.ok) throw new Error("the defaults are no configuration");
  expect(deploy).toContain(`(${alarmTable(namesFor(parsed.config, "1"), parsed.config).length}, of which`);
});

it("links lead somewhere", () => {
  for (const [, target = ""] of deploy.matchAll(/\]\((?!https:)([^)#]+)\)/g)) {
    expect(() => readFileSync(`docs/${target}`)).not.toThrow();
  }
});
