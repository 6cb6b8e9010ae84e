/**
 * One environment variable, or setting: how its text is read, written and described. core/env.ts and core/settings.ts are
 * tables of these, so that reading and writing cannot drift apart.
 */
import { utf8Length } from "./fingerprint";
import { isWellFormed, MAX_KEY_BYTES } from "./keys";

export interface Variable<T> {
  readonly name: string;
  /** Completes "NAME must be ...", for people. */
  readonly allowed: string;
  /** Undefined when the text is not allowed. */
  readonly read: (text: string) => T | undefined;
  readonly write: (value: T) => string;
  /** Taken when the variable is not set or empty. */
  readonly fallback?: T;
  /** Without it and without a fallback the variable is required. */
  readonly optional?: true;
  /** Its value is not repeated in problems. */
  readonly secret?: true;
}

/** One variable per field of `C`. */
export type Table<C> = { readonly [F in keyof C]-?: Variable<NonNullable<C[F]>> };

/** Variables as a process has them; "" counts as not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type Parsed<C> =
  { readonly ok: true; readonly config: C } | { readonly ok: false; readonly problems: readonly string[] };

type Extra<T> = Partial<Pick<Variable<T>, "fallback" | "optional" | "secret">>;

/** Text that a rule accepts. */
export function text(
  name: string,
  allowed: string,
  accepts: (value: string) => boolean,
  extra: Extra<string> = {},
): Variable<string> {
  return { name, allowed, read: (raw) => (accepts(raw) ? raw : undefined), write: (value) => value, ...extra };
}

/** Whole number in a range, both ends included. `unit` is appended to the range: " seconds". */
export function integer(
  name: string,
  range: readonly [min: number, max: number],
  unit = "",
  extra: Extra<number> = {},
): Variable<number> {
  return scaled(name, range, unit, 1, extra);
}

/** A whole number of a larger unit outside, of the smaller inside: MiB and bytes, minutes and seconds. */
export function scaled(
  name: string,
  [min, max]: readonly [min: number, max: number],
  unit: string,
  factor: number,
  extra: Extra<number> = {},
): Variable<number> {
  return {
    name,
    allowed: `a whole number from ${min} to ${max}${unit}`,
    read: (raw) => {
      const value = /^\d{1,15}$/.test(raw) ? Number(raw) : NaN;
      return value >= min && value <= max ? value * factor : undefined;
    },
    write: (value) => String(value / factor),
    ...extra,
  };
}

export function choice<T extends string>(name: string, values: readonly T[], extra: Extra<T> = {}): Variable<T> {
  return {
    name,
    allowed: `one of ${values.join(", ")}`,
    read: (raw) => values.find((value) => value === raw),
    write: (value) => value,
    ...extra,
  };
}

export function flag(name: string, extra: Extra<boolean> = {}): Variable<boolean> {
  return {
    name,
    allowed: "true or false",
    read: (raw) => (raw === "true" ? true : raw === "false" ? false : undefined),
    write: String,
    ...extra,
  };
}

/** Comma-separated, without blanks; no empty entries. */
export function list(
  name: string,
  allowed: string,
  accepts: (entry: string) => boolean,
  extra: Extra<readonly string[]> = {},
): Variable<readonly string[]> {
  return {
    name,
    allowed,
    read: (raw) => (raw.split(",").every(accepts) ? raw.split(",") : undefined),
    write: (entries) => entries.join(","),
    ...extra,
  };
}

/** An http(s) URL. One with a user name or password is refused: it would end up in logs. */
export function url(name: string): Variable<string> {
  return text(
    name,
    "an http or https URL without a user name",
    (raw) => /^https?:\/\/[^\s/@]+(\/[^\s@]*)?$/.test(raw) && URL.canParse(raw),
    {
      secret: true,
    },
  );
}

/** A key prefix: any text S3 could have in a key; "" is all. */
export function prefixText(name: string): Variable<string> {
  return text(name, `at most ${MAX_KEY_BYTES} bytes of valid Unicode without NUL`, isPrefix, { fallback: "" });
}

function isPrefix(raw: string): boolean {
  // An environment variable ends at its first NUL, and the rest of the prefix would be lost.
  return isWellFormed(raw) && !raw.includes("\0") && utf8Length(raw) <= MAX_KEY_BYTES;
}

/**
 * Reads every variable of the table, then asks the rules about what could be read: all problems at once, in that order.
 * @param rules what several variables must satisfy together; fields whose own text was refused are undefined
 */
export function readTable<C>(
  table: Table<C>,
  environment: Environment,
  rules: (config: Partial<C>) => readonly string[],
): Parsed<C> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [field, variable] of entriesOf(table)) {
    const raw = environment[variable.name] ?? "";
    const value = raw === "" ? variable.fallback : variable.read(raw);
    if (value !== undefined) values[field] = value;
    else if (raw !== "") problems.push(`${variable.name} is ${echo(raw, variable)}; it must be ${variable.allowed}`);
    else if (variable.optional !== true) problems.push(`${variable.name} is not set; it must be ${variable.allowed}`);
  }
  problems.push(...rules(values as Partial<C>));
  return problems.length === 0 ? { ok: true, config: values as C } : { ok: false, problems };
}

/** Writes every field that has a value. */
export function writeTable<C>(table: Table<C>, config: C): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [field, variable] of entriesOf(table)) {
    const value = (config as Record<string, unknown>)[field];
    if (value !== undefined) environment[variable.name] = variable.write(value);
  }
  return environment;
}

/** What a problem may repeat of a value. */
export function echo(raw: string, variable: Pick<Variable<unknown>, "secret">): string {
  if (variable.secret === true) return `*** (${raw.length} characters)`;
  return raw.length <= 80 ? JSON.stringify(raw) : `${JSON.stringify(raw.slice(0, 80))}...`;
}

function entriesOf<C>(table: Table<C>): [string, Variable<unknown>][] {
  return Object.entries<Variable<unknown>>(table as Record<string, Variable<unknown>>);
}
