/** Ids, filters and pages of the Describe operations. Source: EC2 API Reference, each operation's Filter.N; EC2 User Guide "Filter". */
import { CloudError } from "../http/service";
import { numbered, type XmlStructure } from "../http/query-service";

export interface Selection<T> {
  readonly from: readonly T[];
  /** Name of the id parameter, e.g. "SubnetId", and what a missing one is called. */
  readonly idParameter: string;
  readonly notFound: string;
  readonly idOf: (one: T) => string;
  /** Filters by name: the values that one of the filter's values must match. */
  readonly filters: Readonly<Record<string, (one: T) => readonly string[]>>;
  /** Element of the answer. */
  readonly element: string;
  readonly show: (one: T) => XmlStructure;
}

/** @throws CloudError Invalid...NotFound for an id, NotImplemented for a filter that is not served here, InvalidParameterValue */
export function describe<T>(form: URLSearchParams, selection: Selection<T>): XmlStructure {
  const { from, idOf, filters } = selection;
  const ids = numbered(form, selection.idParameter);
  const missing = ids.find((id) => !from.some((one) => idOf(one) === id));
  if (missing !== undefined) throw new CloudError(400, selection.notFound, `The ID '${missing}' does not exist`);
  let found = from.filter((one) => ids.length === 0 || ids.includes(idOf(one)));
  for (let n = 1; form.has(`Filter.${n}.Name`); n++) {
    const name = form.get(`Filter.${n}.Name`) ?? "";
    const valuesOf = Object.hasOwn(filters, name) ? filters[name] : undefined;
    if (valuesOf === undefined) {
      throw new CloudError(501, "NotImplemented", `The local cloud does not serve the filter '${name}'.`);
    }
    const patterns = numbered(form, `Filter.${n}.Value`).map(wildcard);
    found = found.filter((one) => valuesOf(one).some((value) => patterns.some((pattern) => pattern.test(value))));
  }
  return page(form, found.map(selection.show), selection.element);
}

function page(form: URLSearchParams, items: readonly XmlStructure[], element: string): XmlStructure {
  const size = Number(form.get("MaxResults") ?? 1000);
  const start = Number(form.get("NextToken") ?? 0);
  if (!Number.isInteger(size) || size < 5 || size > 1000 || !Number.isInteger(start)) {
    throw new CloudError(
      400,
      "InvalidParameterValue",
      "MaxResults must be from 5 to 1000, NextToken one that was answered.",
    );
  }
  const end = start + size;
  return {
    [element]: items.slice(start, end),
    nextToken: end < items.length ? String(end) : undefined,
  };
}

/** `*` stands for any text, `?` for one character. */
function wildcard(value: string): RegExp {
  const source = value
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}
