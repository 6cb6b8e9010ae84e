/** JSON that came from outside, checked field by field; everything that is wrong is said at once. Pure. */

/** What a field must be, in words, if the value is not that. */
export type Check = (value: unknown) => string | undefined;

/** How an object must look. */
export interface Shape {
  readonly fields: Readonly<Record<string, Check>>;
  readonly needed?: readonly string[];
}

export const text: Check = (value) => (typeof value === "string" ? undefined : "a text");

export const number: Check = (value) => (typeof value === "number" && value >= 0 ? undefined : "a number from 0");

export const share: Check = (value) =>
  typeof value === "number" && value >= 0 && value <= 1 ? undefined : "a number from 0 to 1";

export function oneOf(...known: readonly string[]): Check {
  return (value) => (known.some((one) => one === value) ? undefined : known.join(" or "));
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A misspelt field would be no field: the rule would act on every request, the mode would change nothing.
 * @param name what the object is called in the problems
 * @param prefix stands before the names of its fields, e.g. "action."
 */
export function problemsOf(value: unknown, shape: Shape, name: string, prefix = ""): readonly string[] {
  if (!isObject(value)) return [`${name} must be an object`];
  const { fields, needed = [] } = shape;
  const known = Object.keys(fields);
  const unknown = Object.keys(value).filter((field) => !known.includes(field));
  const missing = needed.filter((field) => value[field] === undefined);
  return [
    ...(unknown.length > 0 ? [`${name} has no field ${unknown.join(", ")}; it has ${known.join(", ")}`] : []),
    ...(missing.length > 0 ? [`${name} needs ${missing.join(", ")}`] : []),
    ...known.flatMap((field) => {
      const expected = value[field] === undefined ? undefined : fields[field]?.(value[field]);
      return expected === undefined ? [] : [`${prefix}${field} must be ${expected}`];
    }),
  ];
}

/** @throws Error that names every problem; nothing if there is none. */
export function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join("; "));
}
