/** What goes to Lambda: the starter's text and the packages it needs, and nothing of the machine it was packed on. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { asset } from "@pulumi/pulumi";
import { runProgram } from "../support/pulumi-program";

let files: Record<string, asset.Asset | asset.Archive>;
let text: string;

beforeAll(async () => {
  const { inputs } = (await runProgram()).find("aws:lambda/function:Function");
  files = await (inputs["code"] as { assets: Promise<typeof files> }).assets;
  text = await (files["__index.js"] as asset.StringAsset).text;
}, 120_000);

it("is small, and nothing but a text that requires packages", () => {
  expect(text.length).toBeLessThan(64 * 1024);
  const required = [...new Set(text.match(/require\("([^"]*)"\)/g))].sort();
  expect(required).toEqual([
    'require("@aws-sdk/client-ecs/dist-cjs/index.js")',
    'require("@aws-sdk/client-sqs/dist-cjs/index.js")',
    'require("crypto")',
  ]);
});

it("contains no path of the machine it was packed on", () => {
  for (const path of [process.cwd(), homedir(), tmpdir(), "file://"]) expect(text).not.toContain(path);
  for (const name of Object.keys(files)) expect(name).toMatch(/^(__index\.js|node_modules\/[^.].*)$/);
});

it("has the SDK clients of SQS and ECS, and none of the worker's or Pulumi's packages", () => {
  const names = Object.keys(files);
  for (const needed of ["@aws-sdk/client-sqs", "@aws-sdk/client-ecs"])
    expect(names).toContain(`node_modules/${needed}`);
  const foreign = ["@aws-sdk/client-s3", "pino", "@pulumi", "typescript", "jest", "esbuild", "fast-check"];
  for (const name of foreign) expect(names.filter((one) => one.startsWith(`node_modules/${name}`))).toEqual([]);
  // What the SDK brings along; anything else is a dependency that should not be packed.
  const scopes = new Set(names.filter((one) => one !== "__index.js").map((one) => one.split("/")[1]!));
  const brought = ["@aws", "@aws-crypto", "@aws-sdk", "@smithy", "bowser", "tslib"];
  expect([...scopes].filter((scope) => !brought.includes(scope))).toEqual([]);
});

it("loads with the packed packages alone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "s3es-archive-"));
  try {
    writeFileSync(join(folder, "__index.js"), text);
    for (const name of Object.keys(files).filter((one) => one !== "__index.js")) {
      const target = join(folder, name);
      await promisify(execFile)("mkdir", ["-p", join(target, "..")]);
      symlinkSync(resolve(name), target);
    }
    const script =
      'const { handler } = require("./__index.js"); handler().catch((error) => console.log(error.message));';
    const args = ["--preserve-symlinks", "--preserve-symlinks-main", "-e", script];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: folder,
      env: { PATH: process.env["PATH"], AWS_REGION: "eu-north-1" },
    });
    expect(stdout).toMatch(/problems in the configuration/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
