/** Query protocol <-> the shapes of the JSON protocol. Source: SQS service model (`xmlName`, `xmlFlattened` traits). */
import { isRecord, type Input } from "./input";

/** Form name of a flattened list -> member name in JSON. */
const LISTS: Readonly<Record<string, string>> = {
  AttributeName: "AttributeNames",
  MessageSystemAttributeName: "MessageSystemAttributeNames",
  MessageAttributeName: "MessageAttributeNames",
  TagKey: "TagKeys",
  SendMessageBatchRequestEntry: "Entries",
  DeleteMessageBatchRequestEntry: "Entries",
  ChangeMessageVisibilityBatchRequestEntry: "Entries",
};
/** Form name of a flattened map -> member name in JSON, and the names of key and value. */
const MAPS: Readonly<Record<string, readonly [member: string, key: string, value: string]>> = {
  Attribute: ["Attributes", "Name", "Value"],
  MessageAttribute: ["MessageAttributes", "Name", "Value"],
  MessageSystemAttribute: ["MessageSystemAttributes", "Name", "Value"],
  Tag: ["Tags", "Key", "Value"],
};
/** Member name in JSON -> element name of a flattened list in XML; batch results are named by operation. */
const ELEMENTS: Readonly<Record<string, string>> = {
  Messages: "Message",
  QueueUrls: "QueueUrl",
  queueUrls: "QueueUrl",
  Failed: "BatchResultErrorEntry",
  Results: "ListMessageMoveTasksResultEntry",
};

type Tree = { [name: string]: Tree | string };

export function inputFromForm(form: URLSearchParams): Input {
  const tree: Tree = {};
  for (const [name, value] of form) {
    if (name !== "Action" && name !== "Version") plant(tree, name.split("."), value);
  }
  return shape(tree);
}

function plant(tree: Tree, path: readonly string[], value: string): void {
  let node = tree;
  for (const step of path.slice(0, -1)) {
    const next = node[step];
    node = typeof next === "object" ? next : (node[step] = {});
  }
  node[path.at(-1) ?? ""] = value;
}

function shape(tree: Tree): Record<string, unknown> {
  const shaped: Record<string, unknown> = {};
  for (const [name, node] of Object.entries(tree)) {
    const list = LISTS[name];
    const map = MAPS[name];
    if (typeof node === "string") shaped[name] = node;
    else if (list !== undefined)
      shaped[list] = numbered(node).map((item) => (typeof item === "string" ? item : shape(item)));
    else if (map !== undefined) shaped[map[0]] = shapeMap(node, map[1], map[2]);
    else shaped[name] = shape(node);
  }
  // CreateQueue spells it in lower case.
  return "Tags" in shaped ? { ...shaped, tags: shaped["Tags"] } : shaped;
}

function shapeMap(node: Tree, key: string, value: string): Record<string, unknown> {
  const entries = numbered(node).filter((item) => typeof item === "object");
  return Object.fromEntries(
    entries.map((item) => {
      const content = item[value];
      const name = item[key];
      return [typeof name === "string" ? name : "", typeof content === "object" ? shape(content) : (content ?? "")];
    }),
  );
}

function numbered(node: Tree): (Tree | string)[] {
  return Object.entries(node)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, item]) => item);
}

export function outputToXml(operation: string, output: Input, requestId: string): string {
  const result =
    Object.keys(output).length === 0 ? "" : `<${operation}Result>${members(operation, output)}</${operation}Result>`;
  return (
    `<?xml version="1.0"?><${operation}Response xmlns="http://queue.amazonaws.com/doc/2012-11-05/">${result}` +
    `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`
  );
}

function members(operation: string, output: Input): string {
  return Object.entries(output)
    .map(([name, value]) => {
      if (Array.isArray(value)) {
        const element = name === "Successful" ? `${operation}ResultEntry` : (ELEMENTS[name] ?? name);
        return value.map((item: unknown) => `<${element}>${content(operation, item)}</${element}>`).join("");
      }
      const map = Object.entries(MAPS).find(([, [member]]) => member === name);
      if (map !== undefined && isRecord(value)) {
        const [element, [, keyName, valueName]] = map;
        return Object.entries(value)
          .map(
            ([key, item]) =>
              `<${element}><${keyName}>${xmlText(key)}</${keyName}><${valueName}>${content(operation, item)}</${valueName}></${element}>`,
          )
          .join("");
      }
      return `<${name}>${content(operation, value)}</${name}>`;
    })
    .join("");
}

function content(operation: string, value: unknown): string {
  return isRecord(value) ? members(operation, value) : xmlText(String(value));
}

export function xmlText(text: string): string {
  return text.replace(/[&<>"\r]/g, (c) => `&#${c.charCodeAt(0)};`);
}
