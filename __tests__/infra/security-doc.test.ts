/** docs/security.md: its tables of permissions are those the program generates, and what it points to exists. */
import { existsSync, readFileSync } from "node:fs";
import { parseSettings } from "../../core/settings";
import { type Arns, arnsFor } from "../../infra/arns";
import { namesFor } from "../../infra/names";
import type { PolicyDocument, Statement } from "../../infra/policies/document";
import { canaryKey } from "../../core/canary";
import { canaryPolicy } from "../../infra/policies/canary";
import { executionPolicy } from "../../infra/policies/execution";
import { lifecycleAccess, queuePolicy } from "../../infra/policies/resources";
import { starterPolicy } from "../../infra/policies/starter";
import { verifyPolicy, verifyRulePolicy } from "../../infra/policies/verify";
import { workerPolicy } from "../../infra/policies/worker";

const page = readFileSync("docs/security.md", "utf8");
const PLACE = { partition: "aws", region: "eu-north-1", accountId: "123456789012" };
const SOURCE_KEY = "arn:aws:kms:eu-north-1:123456789012:key/source";
const DESTINATION_KEY = "arn:aws:kms:eu-north-1:123456789012:key/destination";
const KMS = { sourceKmsKeyArn: SOURCE_KEY, destinationKmsKeyArn: DESTINATION_KEY };

const parsed = parseSettings({ "aws:region": PLACE.region }, "dev");
if (!parsed.ok) throw new Error("the defaults are no configuration");
const arns = arnsFor(namesFor(parsed.config, PLACE.accountId), PLACE);

/** ARN -> what it is, in words. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ...(Object.keys(arns) as (keyof Arns)[]).map((name) => [arns[name], inWords(name)] as const),
  [`${arns.sourceBucket}/*`, "objects of the source bucket"],
  [`${arns.sourceBucket}/${canaryKey("")}`, "the canary's object"],
  [SOURCE_KEY, "the source's KMS key"],
  [DESTINATION_KEY, "the destination's KMS key"],
]);

function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function rowOf({ Action, Resource, Condition = {} }: Statement): string {
  const resources = Resource.map((arn) => (arn === "*" ? "any (`*`)" : (WORDS.get(arn) ?? arn)));
  const conditions = Object.values(Condition)
    .flatMap((test) => Object.entries(test))
    .map(([name, value]) => {
      const values = [value].flat().map((one) => WORDS.get(one) ?? one.replace(PLACE.accountId, "this account"));
      return `\`${name}\` is ${values.join(", ")}`;
    });
  return `| ${Action.map((action) => `\`${action}\``).join(", ")} | ${resources.join(", ")} | ${conditions.join("; ")} |`;
}

/** The rows below a heading, without the padding that makes them pretty. */
function rowsBelow(heading: string): string[] {
  const [, section] = page.split(`### ${heading}\n`);
  if (section === undefined) throw new Error(`docs/security.md has no heading "${heading}"`);
  const lines = section.split(/\n##/)[0]!.split("\n");
  return lines
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) => line.replace(/ +/g, " "));
}

it.each<[string, PolicyDocument]>([
  ["Worker", workerPolicy({ arns, ...KMS })],
  ["Starter", starterPolicy(arns)],
  ["Starting a container", executionPolicy(arns, arns.repository)],
  ["Scheduled verify", verifyPolicy({ arns, ...KMS })],
  ["Rule that starts verify", verifyRulePolicy(arns)],
  ["Canary", canaryPolicy(arns, { prefix: "", sourceKmsKeyArn: SOURCE_KEY })],
  ["Queue: who may send", queuePolicy("s3", arns, PLACE)],
  ["Destination: lifecycle", lifecycleAccess(arns)],
])("permissions: %s", (heading, { Statement: statements }) => {
  expect(rowsBelow(heading)).toEqual(statements.map((statement) => rowOf(statement).replace(/ +/g, " ")));
});

it("files and links it names exist", () => {
  const named = [...page.matchAll(/`((?:__tests__|core|worker|aws|infra|lab|scripts)\/[\w./-]+)`/g)].map(
    ([, file]) => file!,
  );
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((file) => !existsSync(file))).toEqual([]);
  const links = [...page.matchAll(/\]\((?!https:)([^)#]+)[^)]*\)/g)].map(([, target]) => `docs/${target}`);
  expect(links.filter((file) => !existsSync(file))).toEqual([]);
});
