/** The system in one call, for Pulumi programs of your own (docs/component.md). */
import { type ComponentResourceOptions, Config, getStack } from "@pulumi/pulumi";
import { Provider } from "@pulumi/aws";
import type { Settings } from "../core/settings";
import { type Setting, SETTINGS } from "../core/settings-table";
import { checkedSettings, type Raw } from "./config";
import { S3ExpressSync } from "./s3-express-sync";
import { lookAround } from "./surroundings";

/** Settings as values. What is left out has the default that Pulumi.yaml says; `region` is the program's `aws:region` then. */
export type SettingValues = { readonly [F in keyof Settings]?: Settings[F] | undefined };

/** Options of the component, and optionally the AWS provider for everything in it; its Region must be the settings'. */
export interface CreateSyncOptions extends Omit<ComponentResourceOptions, "provider" | "providers"> {
  readonly provider?: Provider;
}

/**
 * Checks the settings, looks at what is there (account, buckets, network) and registers the whole system.
 *
 * @param name the component's name in the program, and the beginning of its children's
 * @throws RunError that lists every problem, before any resource is registered
 */
export async function createSync(
  name: string,
  values: SettingValues = {},
  { provider: given, ...options }: CreateSyncOptions = {},
): Promise<S3ExpressSync> {
  const region = new Config("aws").get("region");
  const settings = makeSettings(region === undefined ? values : { region, ...values }, getStack());
  // The program's own provider works in another Region.
  const provider =
    given ?? (settings.region === region ? undefined : new Provider(`${name}-aws`, { region: settings.region }));
  const surroundings = await lookAround(settings, provider === undefined ? {} : { provider });
  const providers = provider === undefined ? {} : { providers: [provider] };
  return new S3ExpressSync(name, { settings, surroundings }, { ...options, ...providers });
}

/**
 * Values checked by the same rules as a stack's configuration, with the defaults filled in.
 *
 * @param stack for the default of `namePrefix`
 * @throws RunError that lists every problem
 */
export function makeSettings(values: SettingValues, stack: string): Settings {
  const table = SETTINGS as Readonly<Record<string, Setting<unknown> | undefined>>;
  const given: Readonly<Record<string, unknown>> = values;
  const raw = Object.entries(given).flatMap(([field, value]) => {
    if (value === undefined) return [];
    const variable = table[field]?.variable;
    // What is no setting is told as a stack's configuration would be told it.
    if (variable === undefined) return [[field, "given"]];
    return [[variable.name, typeof value === "string" ? value : variable.write(value)]];
  });
  return checkedSettings(Object.fromEntries(raw) as Raw, stack);
}
