/** Which system a verb is about: precedence of the sources, and one error that names all that is missing. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readStackOutput } from "../../../cli/shell/stack-output";
import { type Known, resolveSystem, type SystemSources } from "../../../cli/shell/system";
import { systemOptions } from "../../../cli/shell/verb";
import { SYSTEM_FIELD_NAMES, SYSTEM_FIELDS } from "../../../core/system";

function sources(changes: Partial<SystemSources> = {}): SystemSources {
  return { options: {}, environment: {}, stack: () => Promise.resolve({}), ...changes };
}

const stack = (known: Known | string) => () => Promise.resolve(known);

it("options before environment before the stack", async () => {
  const told = { queueUrl: "stack", starter: "stack", cluster: "stack" };
  const system = await resolveSystem(
    ["queueUrl", "starter", "cluster"],
    sources({
      options: { queueUrl: "option" },
      environment: { QUEUE_URL: "env", STARTER_FUNCTION: "env" },
      stack: stack(told),
    }),
  );
  expect(system).toEqual({ queueUrl: "option", starter: "env", cluster: "stack" });
});

it("every field can be given as an option and as a variable", async () => {
  for (const field of SYSTEM_FIELD_NAMES) {
    const { flag, variable } = SYSTEM_FIELDS[field];
    const camel = flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const value = field === "destinationBucket" ? "x--euw1-az1--x-s3" : "x";
    expect(systemOptions({ [camel]: value, json: true })).toEqual({ [field]: value });
    expect(await resolveSystem([field], sources({ environment: { [variable]: value } }))).toEqual({ [field]: value });
  }
});

it.each([
  [{ REGION: "a", AWS_REGION: "b", AWS_DEFAULT_REGION: "c" }, "a"],
  [{ REGION: "", AWS_REGION: "b" }, "b"],
  [{ AWS_REGION: "b", AWS_DEFAULT_REGION: "c" }, "b"],
  [{ AWS_DEFAULT_REGION: "c" }, "c"],
])("the Region of %j is %s", async (environment, region) => {
  expect(await resolveSystem(["region"], sources({ environment }))).toEqual({ region });
});

it("the stack is only asked when something is missing", async () => {
  const asked = jest.fn(stack({ queueUrl: "stack", prefix: "p/" }));
  const given = { queueUrl: "option" };
  expect(await resolveSystem(["queueUrl", "prefix"], sources({ options: given, stack: asked }))).toEqual({
    queueUrl: "option",
    prefix: "",
  });
  expect(asked).not.toHaveBeenCalled();
  expect(await resolveSystem(["queueUrl", "prefix"], sources({ stack: asked }))).toEqual({
    queueUrl: "stack",
    prefix: "p/",
  });
  expect(asked).toHaveBeenCalledTimes(1);
});

it("an empty value is none; what is missing is named all at once, with the ways to give it, as wrong usage", async () => {
  const run = resolveSystem(
    ["queueUrl", "starter", "region"],
    sources({ options: { queueUrl: "" }, environment: { AWS_REGION: "r" }, stack: stack("No stack is selected.") }),
  );
  await expect(run).rejects.toMatchObject({
    exitCode: 2,
    message: [
      "Which system? Not known:",
      "  queue of events: --queue-url or QUEUE_URL",
      "  name of the starter function: --starter or STARTER_FUNCTION",
      "No stack is selected.",
      "In the Pulumi project's folder the stack's outputs tell all of it.",
    ].join("\n"),
  });
});

describe("the stack's outputs in a file", () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "outputs-"))));
  afterAll(() => rmSync(folder, { recursive: true }));

  const read = (text: string) => {
    const outputs = join(folder, "outputs.json");
    writeFileSync(outputs, text);
    return readStackOutput({ outputs });
  };

  it("only known fields with text count", async () => {
    expect(await read('{"system":{"queueUrl":"q","cluster":7,"other":"x"},"more":1}')).toEqual({ queueUrl: "q" });
  });

  it.each([
    ["not json", /is not the JSON that `pulumi stack output --json` prints/],
    ["null", /has no output `system`: the stack is older than this tool/],
    ["{}", /has no output `system`/],
    ['{"system":"x"}', /has no output `system`/],
  ])("%s is a reason in words", async (text, reason) => {
    expect(await read(text)).toMatch(reason);
  });

  it("a file that is not there is a reason in words", async () => {
    expect(await readStackOutput({ outputs: join(folder, "none.json") })).toMatch(/none\.json cannot be read: ENOENT/);
  });
});

it("an endpoint that is no address is named, with what is missing, before anything is asked of AWS", async () => {
  const environment = {
    AWS_ENDPOINT_URL: "rubbish",
    AWS_ENDPOINT_URL_SQS: "ftp://x",
    AWS_ENDPOINT_URL_S3: "http://s3",
  };
  await expect(resolveSystem(["region"], sources({ environment }))).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(
      /^Several problems:\n {2}- AWS_ENDPOINT_URL is .*; it must be .*\n {2}- AWS_ENDPOINT_URL_SQS is .*; it must be .*\n {2}- Which system\? Not known:\n/,
    ) as string,
  });
  expect(await resolveSystem([], sources({ environment }))).toEqual({});
});

it("a destination that is no directory bucket is wrong usage: HEADs of it would only say that nothing is there", async () => {
  const given = sources({ options: { destinationBucket: "plain" } });
  await expect(resolveSystem(["destinationBucket"], given)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(
      /^--destination-bucket \(DST_BUCKET\) is "plain", which is no directory bucket: /,
    ) as string,
  });
  expect(await resolveSystem(["prefix"], given)).toEqual({ prefix: "" });
});
