/** Which system a verb is about: options first, then the environment, then the stack's output `system`. */
import { endpointProblems } from "../../core/env";
import { type System, type SystemField, SYSTEM_FIELD_NAMES, SYSTEM_FIELDS } from "../../core/system";
import { DIRECTORY_BUCKET_RULES, parseDirectoryBucketName } from "../../core/zones";
import { usageProblems } from "./errors";

export type Known = Partial<Record<SystemField, string>>;

export interface SystemSources {
  /** By the name of the field, as given on the command line. */
  readonly options: Known;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Asked only when something is still missing. A text is the reason why there is nothing. */
  readonly stack: () => Promise<Known | string>;
}

/**
 * The fields a verb needs.
 * @param others what else is wrong with the call, by what is known of the system; the prefix is "" while nothing says otherwise
 * @throws CliError that names all of it, every missing field with the ways to give it, and every endpoint that is none
 */
export async function resolveSystem<N extends SystemField>(
  needs: readonly N[],
  { options, environment, stack }: SystemSources,
  others: (known: Known) => readonly string[] = () => [],
): Promise<Pick<System, N>> {
  const given: Known = { ...fromEnvironment(environment), ...filled(options) };
  const required = needs.filter((field) => field !== "prefix" && given[field] === undefined);
  // The prefix of a system that is told by its stack is told there, too: "all" would be another system.
  const answer = required.length === 0 ? {} : await stack();
  const told: Known = typeof answer === "string" ? {} : answer;
  const known: Known = { prefix: "", ...told, ...given };
  const missing = needs.filter((field) => known[field] === undefined);
  const problems = [
    ...others(known),
    ...(needs.length === 0 ? [] : wrongEndpoints(environment)),
    ...(needs.includes("destinationBucket" as N) ? wrongDestination(known) : []),
    ...(missing.length === 0 ? [] : [missingText(missing, answer)]),
  ];
  if (problems.length > 0) throw usageProblems([...new Set(problems)]);
  return Object.fromEntries(needs.map((field) => [field, known[field]])) as Pick<System, N>;
}

function fromEnvironment(environment: SystemSources["environment"]): Known {
  const region = ["REGION", "AWS_REGION", "AWS_DEFAULT_REGION"].map((name) => environment[name]).find(Boolean);
  const told = SYSTEM_FIELD_NAMES.map((field) => [field, environment[SYSTEM_FIELDS[field].variable]]);
  return filled({ ...Object.fromEntries(told), region } as Known);
}

/** Asked for under another name, the bucket would be a general purpose one that has no such keys. */
function wrongDestination({ destinationBucket: name }: Known): readonly string[] {
  if (name === undefined || parseDirectoryBucketName(name) !== undefined) return [];
  const { flag, variable } = SYSTEM_FIELDS.destinationBucket;
  return [
    `--${flag} (${variable}) is ${JSON.stringify(name)}, which is no directory bucket: ${DIRECTORY_BUCKET_RULES}`,
  ];
}

function wrongEndpoints(environment: SystemSources["environment"]): readonly string[] {
  const prefix = "AWS_ENDPOINT_URL";
  const services = Object.keys(environment).filter((name) => name.startsWith(`${prefix}_`));
  return endpointProblems(
    environment,
    services.map((name) => name.slice(prefix.length)),
  );
}

/** "" counts as not given. */
function filled(known: Known): Known {
  return Object.fromEntries(
    Object.entries(known).filter(([, value]) => value !== "" && (value as unknown) !== undefined),
  );
}

function missingText(missing: readonly SystemField[], answer: Known | string): string {
  const lines = missing.map((field) => {
    const { flag, variable, about } = SYSTEM_FIELDS[field];
    return `  ${about}: --${flag} or ${variable}`;
  });
  const why =
    typeof answer === "string" ? answer : "The stack's output `system` does not name it: run `pulumi up` once.";
  return [
    "Which system? Not known:",
    ...lines,
    why,
    "In the Pulumi project's folder the stack's outputs tell all of it.",
  ].join("\n");
}
