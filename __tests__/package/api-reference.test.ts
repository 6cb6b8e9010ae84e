/** The API reference: made by one command from the doc comments, without a warning, of everything the package exports. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

it("is generated and has every export", async () => {
  const folder = mkdtempSync(join(tmpdir(), "s3es-api-"));
  try {
    const { bin } = JSON.parse(readFileSync("node_modules/typedoc/package.json", "utf8")) as {
      bin: { typedoc: string };
    };
    await promisify(execFile)(process.execPath, [join("node_modules/typedoc", bin.typedoc), "--out", folder]);
    const page = readFileSync(join(folder, "README.md"), "utf8");
    const exported = [...readFileSync("component.ts", "utf8").matchAll(/^export (?:type )?\{([^}]*)\}/gm)]
      .flatMap(([, names = ""]) => names.split(","))
      .map((name) => name.replace("type ", "").trim());
    expect(exported).toContain("createSync");
    const headings = [...page.matchAll(/^### (\w+)/gm)].map(([, name]) => name);
    expect(headings.sort()).toEqual(exported.sort());
    expect(page).toContain("Checks the settings, looks at what is there");
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 300_000);
