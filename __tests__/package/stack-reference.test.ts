/** The example of a stack that reads this one's outputs, run against the outputs the program really has. */
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { SyncOutputs } from "../../infra/s3-express-sync";
import { runProgram } from "../support/pulumi-program";

// The starter's code does not matter here, and making it takes most of a run.
jest.mock("@pulumi/pulumi/runtime/closure/codePaths", () => ({ computeCodePaths: () => Promise.resolve(new Map()) }));
jest.mock("@pulumi/pulumi/runtime/closure/serializeClosure", () => ({
  serializeFunction: () => Promise.resolve({ text: "//", exportName: "handler", containsSecrets: false }),
}));

const EXAMPLE = "examples/stack-reference/index.ts";
/** A name that is no output is an error of the type checker here. */
const ALWAYS: Record<Exclude<keyof SyncOutputs, "dashboardUrl" | "reuseBuckets" | "advice">, true> = {
  sourceBucket: true,
  destinationBucket: true,
  queueUrl: true,
  deadLetterQueueUrl: true,
  cluster: true,
  starter: true,
  logs: true,
  next: true,
  system: true,
  operatorPolicy: true,
};

let outputs: Readonly<Record<string, unknown>>;

beforeAll(async () => {
  ({ outputs } = await runProgram({ sourceBucket: "my-source-bucket" }));
});

it("the outputs that are always there are those the page lists, and the example reads no others", () => {
  for (const name of Object.keys(ALWAYS)) expect(outputs).toHaveProperty(name);
  const page = readFileSync("docs/component.md", "utf8");
  for (const name of [...Object.keys(ALWAYS), "dashboardUrl", "reuseBuckets", "advice"]) {
    expect(page).toContain(`| \`${name}\``);
  }
  const listed = [...page.matchAll(/^\| `(\w+)`/gm)].map(([, name = ""]) => name);
  expect(listed.filter((name) => !(name in ALWAYS))).toEqual(["dashboardUrl", "reuseBuckets", "advice"]);
  const read = [...readFileSync(EXAMPLE, "utf8").matchAll(/requireOutput\("(\w+)"\)/g)].map(([, name = ""]) => name);
  expect(read.length).toBeGreaterThan(2);
  expect(read.filter((name) => !(name in ALWAYS))).toEqual([]);
});

it("the example grants what it says, on the bucket and with the policy of the other stack", async () => {
  const made = new Map<string, Readonly<Record<string, unknown>>>();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const given = inputs as Readonly<Record<string, unknown>>;
        if (type === "pulumi:pulumi:StackReference") return { id: name, state: { ...given, outputs } };
        made.set(name, given);
        return { id: name, state: { ...given, arn: `arn:mock:${name}` } };
      },
      call: ({ token, inputs }) =>
        token.endsWith("getCallerIdentity")
          ? { accountId: "123456789012" }
          : { json: JSON.stringify((inputs as { statements: unknown }).statements) },
    },
    "readers",
    "test",
    false,
  );
  pulumi.runtime.setAllConfig({ "readers:syncStack": "organization/s3-express-sync/dev" });
  const example = await import("../../examples/stack-reference/index");
  await new Promise((resolve) => pulumi.all([example.readers, example.operators]).apply(resolve));
  await pulumi.runtime.disconnect();
  expect(made.get("sync-operators")?.["policy"]).toBe(outputs["operatorPolicy"]);
  expect(JSON.parse(String(made.get("replica-readers")?.["policy"]))).toEqual([
    expect.objectContaining({
      actions: ["s3express:CreateSession"],
      resources: [`arn:aws:s3express:eu-north-1:123456789012:bucket/${String(outputs["destinationBucket"])}`],
    }),
  ]);
});

it("the page shows the example as it is", () => {
  expect(readFileSync("docs/component.md", "utf8")).toContain(readFileSync(EXAMPLE, "utf8").trimEnd());
});
