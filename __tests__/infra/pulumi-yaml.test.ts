/** What people write: Pulumi.yaml against the table of settings, and the seed's names beside ours. */
import { readFileSync } from "node:fs";
import { type Setting, SETTINGS } from "../../core/settings-table";
import { pulumiDefault, pulumiType } from "../../infra/config";
import { PROJECT, runProgram } from "../support/pulumi-program";

// The starter's code does not matter here, and making it takes most of a run.
jest.mock("@pulumi/pulumi/runtime/closure/codePaths", () => ({ computeCodePaths: () => Promise.resolve(new Map()) }));
jest.mock("@pulumi/pulumi/runtime/closure/serializeClosure", () => ({
  serializeFunction: () => Promise.resolve({ text: "//", exportName: "handler", containsSecrets: false }),
}));

interface YamlRow {
  readonly type?: string;
  readonly description?: string;
  readonly default?: string;
}

/** As much YAML as Pulumi.yaml has: two levels of plain scalars under `config:`. */
function projectConfig(): Record<string, YamlRow> {
  const rows: Record<string, Record<string, string>> = {};
  let row: Record<string, string> = {};
  for (const line of readFileSync("Pulumi.yaml", "utf8").split("config:\n")[1]!.split("\n")) {
    const [, name, field, text] = /^ {2}(\w+):$|^ {4}(\w+): (.*)$/.exec(line.replace(/^ {2}(\w+):$/, "  $1:")) ?? [];
    if (name !== undefined) rows[name] = row = {};
    if (field !== undefined) row[field] = text!.startsWith('"') ? (JSON.parse(text!) as string) : text!;
  }
  return rows;
}

describe("Pulumi.yaml", () => {
  it("names the program: Pulumi would run the package's entry otherwise, and delete the stack's resources", () => {
    const { main } = JSON.parse(readFileSync("package.json", "utf8")) as { main?: string };
    expect(main).toBe("dist/component.cjs");
    expect(readFileSync("Pulumi.yaml", "utf8")).toMatch(/^main: index\.ts$/m);
  });

  const settings = Object.values<Setting<unknown>>(SETTINGS as Record<string, Setting<unknown>>);
  const config = projectConfig();

  it.each(
    settings.filter(({ variable }) => !variable.name.includes(":")).map((one) => [one.variable.name, one] as const),
  )("%s", (name, { variable, description, otherwise }) => {
    const words = otherwise === undefined ? description : `${description} Not set: ${otherwise}.`;
    expect(config[name]).toEqual({ type: pulumiType(variable), description: words, default: pulumiDefault(variable) });
  });

  it("has the seed's names, and nothing that is not in the table", () => {
    const aliases = settings.flatMap(({ alias }) => alias?.name ?? []);
    expect(aliases).toHaveLength(9);
    for (const alias of aliases) expect(config[alias]).toMatchObject({ type: "string", default: "" });
    const own = settings.map(({ variable }) => variable.name).filter((name) => !name.includes(":"));
    expect(Object.keys(config).sort()).toEqual([...own, ...aliases].sort());
  });

  it("is this project's, and its defaults are no configuration of their own", async () => {
    expect(readFileSync("Pulumi.yaml", "utf8")).toMatch(new RegExp(`^name: ${PROJECT}$`, "m"));
    const defaults = Object.fromEntries(Object.entries(config).map(([name, row]) => [name, row.default ?? ""]));
    const [bare, full] = [await runProgram(), await runProgram(defaults)];
    expect(full.resources.map((one) => ({ ...one.inputs, code: 0 }))).toEqual(
      bare.resources.map((one) => ({ ...one.inputs, code: 0 })),
    );
  });

  it("lets a seed name stand beside the default of its setting", async () => {
    const ran = await runProgram({ maxWorkers: "5", MAX_WORKERS: "10" });
    expect(JSON.stringify(ran.find("aws:lambda/function:Function").inputs["environment"])).toContain(
      '"MAX_WORKERS":"10"',
    );
  });
});

it("with the seed's REGION instead of aws:region everything, data sources included, uses a provider of that Region", async () => {
  const ran = await runProgram({ REGION: "eu-west-1" });
  const provider = ran.resources.find(({ type }) => type === "pulumi:providers:aws");
  expect(provider?.inputs).toMatchObject({ region: "eu-west-1" });
  const foreign = ran.resources.filter(
    ({ type, provider: used }) => type.startsWith("aws:") && !used.includes("::aws::"),
  );
  expect(foreign).toEqual([]);
  expect(ran.outputs.destinationBucket).toMatch(/--euw1-az1--x-s3$/);
});
