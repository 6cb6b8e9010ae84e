/** The starter as text, the way Pulumi packs it, in a folder of its own with the packages beside it. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { makeStarter } from "../../functions/starter";

export interface Serialised {
  readonly text: string;
  readonly folder: string;
  /** A CommonJS file that exports `handler`. */
  readonly module: string;
  remove(): void;
}

export async function serialiseStarter(): Promise<Serialised> {
  const { text } = await pulumi.runtime.serializeFunction(makeStarter, { isFactoryFunction: true });
  const folder = mkdtempSync(join(tmpdir(), "s3es-starter-"));
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  const module = join(folder, "index.js");
  writeFileSync(module, text);
  return { text, folder, module, remove: () => rmSync(folder, { recursive: true }) };
}
