/** Every fact of the contracts with AWS says where AWS states it, in its title or in that of a group around it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const ROOM = "__tests__/contracts";
/** Our own ports are no promise of AWS's. */
const OURS = "ports/";

/** A page of the API references, a guide, or the page of a guide. */
const SOURCE = /\b(UG|API|User Guide|Developer Guide|Service Authorization Reference)\b/;
/** What the local cloud says of itself: AWS serves everything, and has no such log. */
const OF_ITSELF = /\b(is not served is NotImplemented|runs only when asked)\b/;

interface Fact {
  readonly title: string;
  readonly groups: readonly string[];
}

function factsIn(file: string): readonly Fact[] {
  const source = ts.createSourceFile(file, readFileSync(join(ROOM, file), "utf8"), ts.ScriptTarget.ES2022, true);
  const facts: Fact[] = [];
  const visit = (node: ts.Node, groups: readonly string[]): void => {
    const call = ts.isCallExpression(node) ? titled(node) : undefined;
    if (call?.kind === "fact") facts.push({ title: call.title, groups });
    const around = call?.kind === "group" ? [...groups, call.title] : groups;
    ts.forEachChild(node, (child) => visit(child, around));
  };
  visit(source, []);
  return facts;
}

/** `it("...")`, `test.each(...)("...")`, `describe("...")` and their like. */
function titled(call: ts.CallExpression): { readonly kind: "fact" | "group"; readonly title: string } | undefined {
  const name = /^(it|test|describe)\b/.exec(call.expression.getText())?.[1];
  const [first] = call.arguments;
  if (name === undefined || first === undefined || call.arguments.length < 2) return undefined;
  if (!ts.isStringLiteral(first) && !ts.isNoSubstitutionTemplateLiteral(first) && !ts.isTemplateExpression(first))
    return undefined;
  return { kind: name === "describe" ? "group" : "fact", title: first.getText() };
}

const files = readdirSync(ROOM, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.startsWith(OURS),
);

test("each names its source", () => {
  const facts = files.flatMap((file) => factsIn(file).map((fact) => ({ file, ...fact })));
  expect(facts.length).toBeGreaterThan(150);
  const named = ({ title, groups }: Fact): boolean => [title, ...groups].some((text) => SOURCE.test(text));
  const without = facts.filter((fact) => !named(fact) && !OF_ITSELF.test(fact.title));
  expect(without.map(({ file, title }) => `${file}: ${title}`)).toEqual([]);
});
