/** The API reference: made by one command from the doc comments, without a warning, of everything the package exports. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** Entry, its page of the reference, one of its exports, some words of that export's comment. */
const ENTRIES = [
  ["component.ts", "component.md", "createSync", "Checks the settings, looks at what is there"],
  ["local/index.ts", "local.md", "startCloud", "Starts a cloud in this process"],
] as const;

function exportsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/^export (?:type )?\{([^}]*)\}/gm)]
    .flatMap(([, names = ""]) => names.split(","))
    .map((name) => name.replace("type ", "").trim())
    .filter(Boolean);
}

it("is generated and has every export", async () => {
  const folder = mkdtempSync(join(tmpdir(), "s3es-api-"));
  try {
    const { bin } = JSON.parse(readFileSync("node_modules/typedoc/package.json", "utf8")) as {
      bin: { typedoc: string };
    };
    await promisify(execFile)(process.execPath, [join("node_modules/typedoc", bin.typedoc), "--out", folder]);
    for (const [entry, module, name, words] of ENTRIES) {
      const page = readFileSync(join(folder, module), "utf8");
      const exported = exportsOf(entry);
      expect(exported).toContain(name);
      const headings = [...page.matchAll(/^### (\w+)/gm)].map(([, heading]) => heading);
      expect(headings.sort()).toEqual(exported.sort());
      expect(page).toContain(words);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 300_000);
