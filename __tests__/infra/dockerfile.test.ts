/** The Dockerfile as text: what must hold before anybody builds it. Building and running it: image.test.ts. */
import { cpSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dockerfileOf, imageSources, sourcesHash } from "../../infra/image-sources";

const dockerfile = readFileSync("Dockerfile", "utf8");
const instructions = instructionsOf(dockerfile);
const finalStage = finalStageOf(instructions);

function instructionsOf(text: string): readonly string[] {
  return text
    .replace(/^#.*\n/gm, "")
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter(Boolean);
}

function finalStageOf(all: readonly string[]): readonly string[] {
  return all.slice(all.map((line) => line.startsWith("FROM ")).lastIndexOf(true));
}

it("runs nothing in the final stage, so that ARM64 is built anywhere without emulation", () => {
  expect(finalStage.map((line) => line.split(" ")[0])).toEqual([
    ...["FROM", "LABEL", "ENV", "COPY", "COPY", "VOLUME", "USER", "ENTRYPOINT"],
  ]);
  expect(instructions.find((line) => line.startsWith("FROM "))).toContain("--platform=$BUILDPLATFORM");
});

it("is nobody's root, and Node is its first process", () => {
  expect(finalStage).toContain("USER 1000:1000");
  expect(finalStage).toContain('ENTRYPOINT ["node", "/app/worker.cjs"]');
});

it("has both programs, and a folder that its user may write to", () => {
  const made = instructions.find((line) => line.includes("/out/program"));
  expect(made).toContain("cp dist/worker.cjs dist/cli.cjs /out/program/app/");
  expect(made).toContain("touch /out/data/spill/.keep");
  expect(finalStage).toContain("COPY --from=build /out/program/ /");
  expect(finalStage).toContain("COPY --from=build --chown=1000:1000 /out/data/ /");
  expect(finalStage).toContain('VOLUME ["/spill"]');
});

it("installs what the lock file says, and lets both bases be replaced", () => {
  expect(dockerfile).toMatch(/COPY package\.json package-lock\.json [^\n]*\n(#[^\n]*\n)*RUN npm ci/);
  expect(instructions.slice(0, 2)).toEqual([
    expect.stringMatching(/^ARG BUILD_IMAGE=node:22/),
    expect.stringMatching(/^ARG NODE_IMAGE=node:22/),
  ]);
});

it("sees its sources and nothing else", () => {
  expect(imageSources(".")).toEqual([
    ".dockerignore",
    "Dockerfile",
    "aws",
    "cli",
    "core",
    "local",
    "package-lock.json",
    "package.json",
    "scripts/build.mjs",
    "tsconfig.json",
    "worker",
  ]);
  expect(readFileSync(".dockerignore", "utf8")).toMatch(/^\*$/m);
});

describe("the npm package's Dockerfile", () => {
  const packaged = instructionsOf(readFileSync("Dockerfile.package", "utf8"));

  it("ends in the same stage, on the same bases", () => {
    expect(finalStageOf(packaged)).toEqual(finalStage);
    expect(packaged.filter((line) => line.startsWith("ARG "))).toEqual(
      instructions.filter((line) => line.startsWith("ARG ")),
    );
    expect(packaged.find((line) => line.startsWith("FROM "))).toContain("--platform=$BUILDPLATFORM");
  });

  it("takes the two bundles and nothing else, and those make the image's tag", () => {
    const copied = packaged.filter((line) => line.startsWith("COPY ") && !line.includes("--from="));
    expect(copied).toEqual(["COPY dist/worker.cjs dist/cli.cjs /out/program/app/"]);
    const folder = mkdtempSync(join(tmpdir(), "s3es-packaged-"));
    try {
      expect(dockerfileOf(folder)).toBe("Dockerfile.package");
      expect(imageSources(folder)).toEqual(["Dockerfile.package", "dist/cli.cjs", "dist/worker.cjs"]);
      expect(dockerfileOf(".")).toBe("Dockerfile");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the hash of the sources", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "s3es-sources-"));
    for (const source of imageSources(".")) cpSync(source, join(folder, source), { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("does not depend on where and when", () => {
    const before = sourcesHash(folder);
    utimesSync(join(folder, "package.json"), 0, 0);
    writeFileSync(join(folder, "README.md"), "not a source");
    expect(sourcesHash(folder)).toBe(before);
    expect(before).toMatch(/^[0-9a-f]{16}$/);
  });

  it("depends on contents and names", () => {
    const before = sourcesHash(folder);
    writeFileSync(join(folder, "worker", "zz.ts"), "");
    const after = sourcesHash(folder);
    expect(after).not.toBe(before);
    writeFileSync(join(folder, "worker", "zz.ts"), "//");
    expect(sourcesHash(folder)).not.toBe(after);
  });
});
