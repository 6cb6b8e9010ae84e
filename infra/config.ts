/** The stack's configuration as settings: everything wrong with it at once, before any resource is registered. */
import { RunError } from "@pulumi/pulumi";
import { formatProblems } from "../core/env";
import { parseSettings, type Settings } from "../core/settings";
import { type Setting, SETTINGS } from "../core/settings-table";
import { networkSettingProblems } from "./network-rules";

/** Values by setting, as text. */
export type Raw = Readonly<Record<string, string>>;

/**
 * @param all every configuration value by full name, `project:name` (pulumi.runtime.allConfig)
 * @throws RunError which the CLI shows without a stack trace
 */
export function readSettings(all: Readonly<Record<string, string>>, project: string, stack: string): Settings {
  return checkedSettings(rawSettings(all, project), stack);
}

/** @throws RunError that lists every problem */
export function checkedSettings(raw: Raw, stack: string): Settings {
  const parsed = parseSettings(raw, stack);
  const problems = [...(parsed.ok ? [] : parsed.problems), ...networkSettingProblems(raw)];
  if (!parsed.ok || problems.length > 0) throw new RunError(formatProblems(problems));
  return parsed.config;
}

/**
 * This project's values without its name in front, and aws:region. Pulumi.yaml gives every setting a default, because Pulumi
 * requires whatever has none; so a value that equals the default counts as not given where the seed's name is given, and 0
 * as not given where there is no default.
 */
export function rawSettings(all: Readonly<Record<string, string>>, project: string): Raw {
  const raw = Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => {
      if (name === SETTINGS.region.variable.name) return [[name, value]];
      return name.startsWith(`${project}:`) ? [[name.slice(project.length + 1), value]] : [];
    }),
  );
  const meant = Object.entries(raw).filter(([name, value]) => !isUnsaid(name, value, raw));
  return Object.fromEntries(meant);
}

function isUnsaid(name: string, value: string, raw: Raw): boolean {
  const settings = Object.values<Setting<unknown>>(SETTINGS as Record<string, Setting<unknown>>);
  const setting = settings.find(({ variable }) => variable.name === name);
  if (setting === undefined || value !== pulumiDefault(setting.variable)) return false;
  const aliasGiven = setting.alias !== undefined && (raw[setting.alias.name] ?? "") !== "";
  return aliasGiven || setting.variable.optional === true;
}

/** What Pulumi.yaml says where the person says nothing, as text. */
export function pulumiDefault(variable: Setting<unknown>["variable"]): string {
  if (variable.fallback !== undefined) return variable.write(variable.fallback);
  return pulumiType(variable) === "integer" ? "0" : "";
}

/** The type Pulumi.yaml declares, from what the setting accepts. */
export function pulumiType({ read, fallback }: Setting<unknown>["variable"]): "boolean" | "integer" | "string" {
  const sample = fallback ?? read("7");
  return typeof sample === "boolean" ? "boolean" : typeof sample === "number" ? "integer" : "string";
}
