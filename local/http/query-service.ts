/**
 * A service that speaks the query protocol: a form with `Action` in, XML out. EC2 has a form of its own, told apart by `style`.
 * Source: EC2 API Reference "Query requests"; Smithy 2.0 "AWS query protocol" and "AWS EC2 query protocol".
 */
import { CloudError, type CloudRequest, type Reply, type Service, type ServiceName } from "./service";

export interface QueryServiceOptions {
  readonly name: ServiceName;
  readonly style: "query" | "ec2";
  readonly namespace: string;
  readonly operations: readonly string[];
  readonly resourceOf: (operation: string, form: URLSearchParams) => string | undefined;
  readonly call: (operation: string, form: URLSearchParams, request: CloudRequest) => XmlStructure;
}

/** Lists become `<name><item>...`, as EC2 has them. Undefined members are left out. */
export type XmlValue = string | number | boolean | undefined | XmlStructure | readonly XmlValue[];
export interface XmlStructure {
  readonly [name: string]: XmlValue;
}

const XML = { "content-type": "text/xml;charset=UTF-8" };

export function makeQueryService(options: QueryServiceOptions): Service {
  const { name, style, namespace, operations } = options;
  return {
    name,
    route(request) {
      const form = formOf(request);
      const operation = form.get("Action") ?? "";
      if (!operations.includes(operation)) return undefined;
      const resource = options.resourceOf(operation, form);
      return { operation, ...(resource !== undefined && { resource }) };
    },
    handle(request, { operation }): Promise<Reply> {
      const output = options.call(operation, formOf(request), request);
      const content =
        style === "ec2"
          ? members({ requestId: request.id, ...output })
          : members({ [`${operation}Result`]: output, ResponseMetadata: { RequestId: request.id } });
      const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${operation}Response xmlns="${namespace}">${content}</${operation}Response>`;
      return Promise.resolve({ status: 200, headers: XML, body });
    },
    errorReply: (error, request) => ({
      status: error.status,
      headers: XML,
      body: errorDocument(error, request?.id ?? "", style, namespace),
    }),
  };
}

/** `Name.1`, `Name.2`, ... in that order. */
export function numbered(form: URLSearchParams, name: string): string[] {
  const found: string[] = [];
  for (let value = form.get(`${name}.1`); value !== null; value = form.get(`${name}.${found.length + 1}`)) {
    found.push(value);
  }
  return found;
}

function formOf(request: CloudRequest): URLSearchParams {
  return request.method === "GET" ? request.query : new URLSearchParams(request.payload?.toString("utf8") ?? "");
}

function errorDocument(error: CloudError, id: string, style: QueryServiceOptions["style"], namespace: string): string {
  const { code: Code, message: Message } = error;
  if (style === "ec2") {
    return `<?xml version="1.0" encoding="UTF-8"?>\n<Response>${members({ Errors: { Error: { Code, Message } }, RequestID: id })}</Response>`;
  }
  const Type = error.status < 500 ? "Sender" : "Receiver";
  return `<ErrorResponse xmlns="${namespace}">${members({ Error: { Type, Code, Message }, RequestId: id })}</ErrorResponse>`;
}

function members(structure: XmlStructure): string {
  return Object.entries(structure)
    .map(([name, value]) => (value === undefined ? "" : `<${name}>${content(value)}</${name}>`))
    .join("");
}

function content(value: XmlValue): string {
  if (value === undefined) return "";
  if (isList(value)) return value.map((item) => `<item>${content(item)}</item>`).join("");
  return typeof value === "object" ? members(value) : escaped(String(value));
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}

function escaped(text: string): string {
  return text.replace(/[&<>"\r]/g, (c) => `&#${c.charCodeAt(0)};`);
}
