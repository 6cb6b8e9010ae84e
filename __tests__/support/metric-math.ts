/**
 * CloudWatch metric math, as far as the dashboard uses it: arithmetic, one comparison, and four functions, with the rules for missing values of the
 * CloudWatch User Guide, "Using math expressions with CloudWatch metrics". What is not here is an error, also if CloudWatch has it.
 */

/** A scalar, or values by period; a period that is not there has no value. */
export type Value = number | ReadonlyMap<number, number>;

interface Rows {
  /** All periods of the time shown: what TIME_SERIES fills. */
  readonly periods: readonly number[];
  /** The metrics read, by id. */
  readonly inputs: Readonly<Record<string, ReadonlyMap<number, number>>>;
}

type Operator = "+" | "-" | "*" | "/" | ">";

/** Every expression of a widget's `metrics`, by id, in terms of the ones above it. @throws Error for what CloudWatch would refuse */
export function evaluateRows(rows: readonly (readonly unknown[])[], given: Rows): ReadonlyMap<string, Value> {
  const known = new Map<string, Value>(Object.entries(given.inputs));
  for (const [head] of rows) {
    if (typeof head !== "object" || head === null) continue;
    const { id, expression } = head as { readonly id: string; readonly expression: string };
    if (!/^[a-z][A-Za-z0-9_]*$/.test(id)) throw new Error(`an id begins with a lowercase letter: ${id}`);
    if (known.has(id)) throw new Error(`two rows have the id ${id}`);
    const value = evaluate(expression, known, given.periods);
    if (typeof value === "number") throw new Error(`the result must be a time series: ${expression}`);
    known.set(id, value);
  }
  return known;
}

function evaluate(expression: string, known: ReadonlyMap<string, Value>, periods: readonly number[]): Value {
  const tokens = expression.match(/[A-Za-z_]\w*|\d+(?:\.\d+)?|[^\s]/g) ?? [];
  let at = 0;
  const next = (): string => tokens[at++] ?? "the end";
  const expect = (wanted: string): void => {
    const found = next();
    if (found !== wanted) throw new Error(`${wanted} expected, ${found} found in ${expression}`);
  };
  const chain = (operators: readonly string[], operand: () => Value): Value => {
    let value = operand();
    while (operators.includes(tokens[at] ?? "")) value = combine(next() as Operator, value, operand());
    return value;
  };
  const comparison = (): Value => chain([">"], sum);
  const sum = (): Value => chain(["+", "-"], product);
  const product = (): Value => chain(["*", "/"], primary);
  const primary = (): Value => {
    const token = next();
    if (/^\d/.test(token)) return Number(token);
    if (token === "(") {
      const value = comparison();
      expect(")");
      return value;
    }
    if (tokens[at] === "(") return call(token);
    const value = known.get(token);
    if (value === undefined) throw new Error(`no row above has the id ${token}: ${expression}`);
    return value;
  };
  const call = (name: string): Value => {
    const values: Value[] = [];
    do {
      at += 1;
      values.push(comparison());
    } while (tokens[at] === ",");
    expect(")");
    return applied(name, values, periods);
  };
  const value = comparison();
  if (at < tokens.length) throw new Error(`${tokens[at] ?? ""} is not expected in ${expression}`);
  return value;
}

/** "Missing values in a time series are treated as 0." A point that divides by zero is dropped. */
function combine(operator: Operator, left: Value, right: Value): Value {
  const of = (a: number, b: number): number =>
    ({ "+": a + b, "-": a - b, "*": a * b, "/": a / b, ">": a > b ? 1 : 0 })[operator];
  if (typeof left === "number" && typeof right === "number") return of(left, right);
  const times = new Set([left, right].flatMap((value) => (typeof value === "number" ? [] : [...value.keys()])));
  const points = [...times].map((time) => [time, of(at(left, time) ?? 0, at(right, time) ?? 0)] as const);
  return new Map(points.filter(([, value]) => Number.isFinite(value)));
}

function applied(name: string, values: readonly Value[], periods: readonly number[]): Value {
  const [first = 0, second = 0, third = 0] = values;
  if (name === "TIME_SERIES" && values.length === 1 && typeof first === "number")
    return new Map(periods.map((time) => [time, first]));
  // A series without any value has no period either: nothing is filled.
  if (name === "FILL" && values.length === 2 && typeof first !== "number" && typeof second === "number")
    return first.size === 0 ? first : new Map(periods.map((time) => [time, first.get(time) ?? second]));
  if (name === "CEIL" && values.length === 1 && typeof first !== "number")
    return new Map([...first].map(([time, value]) => [time, Math.ceil(value)]));
  if (name === "IF" && values.length === 3 && typeof first !== "number") {
    const points = [...first].map(
      ([time, condition]) => [time, condition === 0 ? at(third, time) : (at(second, time) ?? 0)] as const,
    );
    return new Map(points.filter((point): point is readonly [number, number] => point[1] !== undefined));
  }
  throw new Error(`${name} with these ${values.length} arguments is not known here`);
}

function at(value: Value, time: number): number | undefined {
  return typeof value === "number" ? value : value.get(time);
}
