/**
 * The image, built and run, where a Docker daemon answers; elsewhere this says that it was left out. The containers run as ECS runs them
 * (read-only, no capabilities, not root) against the local cloud: a worker syncs, is told to stop, and leaves with 0; verify
 * spills into the image's volume.
 *
 * For machines that reach no container registry: S3ES_BUILD_IMAGE and S3ES_NODE_IMAGE name local stand-ins for the two bases.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startStack, type Stack } from "../../lab/stack/stack";

const TAG = "s3-express-sync-test";
const MINUTE = 60_000;
/** The default of copyConcurrency. */
const SLOTS = 256;

async function docker(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, DOCKER_BUILDKIT: "1" };
  const binary = process.env["S3ES_DOCKER"] ?? "docker";
  const { stdout } = await promisify(execFile)(binary, args, { env, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

function buildArgs(): readonly string[] {
  const bases = { BUILD_IMAGE: process.env["S3ES_BUILD_IMAGE"], NODE_IMAGE: process.env["S3ES_NODE_IMAGE"] };
  return Object.entries(bases).flatMap(([name, image]) =>
    image === undefined ? [] : ["--build-arg", `${name}=${image}`],
  );
}

async function build(tag: string, ...more: readonly string[]): Promise<void> {
  await docker("build", "--network", "host", "--tag", tag, ...buildArgs(), ...more, ".");
}

async function layersOf(image: string): Promise<readonly string[]> {
  return JSON.parse(
    await docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", image),
  ) as readonly string[];
}

async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const end = Date.now() + MINUTE;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > end) throw new Error(`${what}: not in a minute`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** As infra/task.ts says. */
const HARDENED = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--stop-timeout", "120"];

function variables(environment: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
}

async function run(stack: Stack): Promise<string> {
  const environment = { ...stack.workerEnvironment, COPY_CONCURRENCY: String(SLOTS) };
  return await docker("run", "--detach", "--network", "host", ...HARDENED, ...variables(environment), TAG);
}

/** Resident memory of the container's first process, in MiB. */
async function memoryOf(container: string): Promise<{ now: number; peak: number }> {
  const pid = await docker("inspect", "--format", "{{.State.Pid}}", container);
  const status = await promisify(execFile)("cat", [`/proc/${pid}/status`]);
  const kib = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status.stdout)?.[1] ?? 0);
  return { now: Math.round(kib("VmRSS") / 1024), peak: Math.round(kib("VmHWM") / 1024) };
}

async function checkImage(): Promise<Record<string, string | number>> {
  await build(TAG);
  const [image] = JSON.parse(await docker("image", "inspect", TAG)) as [
    { Size: number; Config: { User: string; Entrypoint: string[]; Env: string[]; Labels: Record<string, string> } },
  ];
  expect(image.Config).toMatchObject({ User: "1000:1000", Entrypoint: ["node", "/app/worker.cjs"] });
  expect(image.Config.Labels["org.opencontainers.image.title"]).toBe("s3-express-sync worker");
  expect(image.Config.Env.join()).not.toMatch(/AWS_|SECRET|TOKEN/);

  // Equal sources make equal layers, also without any cache.
  await build(`${TAG}-again`, "--no-cache");
  expect(await layersOf(`${TAG}-again`)).toEqual(await layersOf(TAG));

  const bundles = await inImage(PRINT_BUNDLES);
  expect(bundles).not.toContain("sourceMappingURL");
  expect(bundles).not.toContain(process.cwd());
  // [owner, mode] of what was copied, and of the folder it was copied into.
  expect(JSON.parse(await inImage(PRINT_OWNERS))).toEqual({
    "/": [0, "755"],
    "/app": [0, "755"],
    "/app/worker.cjs": [0, "644"],
    "/app/cli.cjs": [0, "755"],
    "/spill": [1000, "755"],
  });
  return {
    "image size (MB)": Math.round(image.Size / 1e6),
    "of it ours (MB)": Number((bundles.length / 1e6).toFixed(1)),
  };
}

async function inImage(script: string): Promise<string> {
  return await docker("run", "--rm", "--entrypoint", "node", TAG, "-e", script);
}

const PRINT_BUNDLES =
  'for (const name of ["worker", "cli"]) process.stdout.write(require("fs").readFileSync(`/app/${name}.cjs`, "utf8"))';
const PRINT_OWNERS = `
  const about = (path) => { const { uid, mode } = require("fs").statSync(path); return [path, [uid, (mode & 0o777).toString(8)]]; };
  console.log(JSON.stringify(Object.fromEntries(["/", "/app", "/app/worker.cjs", "/app/cli.cjs", "/spill"].map(about))))`;

async function checkRun(): Promise<Record<string, string | number>> {
  const stack = await startStack({ scheduled: false });
  try {
    const { cloud, source, destination } = stack;
    const asked = (operation: string): number | undefined =>
      cloud.log.entries().find((entry) => entry.operation === operation && entry.principal === "worker")?.at;
    // The first receive has taken S3's test message and the second is waiting: what is sent now arrives at once.
    const began = Date.now();
    const container = await run(stack);
    const polled = await until("the first poll", () => asked("ReceiveMessage"));
    const idle = await memoryOf(container);
    const keys = Array.from({ length: 300 }, (_, index) => `key-${index}`);
    // Every slot holds a request while the memory is measured.
    const copies = cloud.faults.hold({ operation: "CopyObject" });
    for (const key of keys) await cloud.s3.put(source, key, Buffer.from(key));
    await copies.arrived(SLOTS);
    const busy = await memoryOf(container);
    copies.release();
    await until("the sync", () => (cloud.s3.list(destination).length === keys.length ? true : undefined));
    const stopped = Date.now();
    await docker("kill", "--signal", "TERM", container);
    expect(await docker("wait", container)).toBe("0");
    const left = Date.now() - stopped;
    const output = await docker("logs", container);
    expect(output).toContain('"event":"worker-finished"');
    await docker("rm", container);
    return {
      "docker run to first poll (ms)": polled - began,
      "memory idle (MiB)": idle.now,
      "memory with all slots in use (MiB)": busy.now,
      "SIGTERM to exit (ms)": left,
    };
  } finally {
    await stack.close();
  }
}

/** More than --memory 4 holds, so that the volume is written to. */
const LONG_KEYS = 6000;

async function checkVerify(): Promise<Record<string, string | number>> {
  const stack = await startStack({ scheduled: false });
  try {
    const { cloud, source, system } = stack;
    for (let index = 0; index < LONG_KEYS; index++) {
      await cloud.s3.put(source, `${index}`.padStart(1000, "k"), "", { notify: false });
    }
    const where = {
      REGION: system.region,
      SRC_BUCKET: source,
      DST_BUCKET: stack.destination,
      QUEUE_URL: system.queueUrl,
    };
    const environment = { ...where, ...cloud.environmentFor("operator") };
    const command = ["/app/cli.cjs", "verify", "--json", "--grace", "0", "--memory", "4", "--spill-dir", "/spill"];
    const options = ["--network", "host", ...HARDENED, ...variables(environment), "--entrypoint", "node"];
    const container = await docker("run", "--detach", ...options, TAG, ...command);
    // There is drift.
    expect(await docker("wait", container)).toBe("1");
    const report = JSON.parse(await docker("logs", container)) as { memory: { spilledBytes: number } };
    await docker("rm", "--volumes", container);
    expect(report).toMatchObject({ source: { objects: LONG_KEYS }, destination: { objects: 0 } });
    expect(report.memory.spilledBytes).toBeGreaterThan(0);
    return { "verify wrote to /spill (MB)": Number((report.memory.spilledBytes / 1e6).toFixed(1)) };
  } finally {
    await stack.close();
  }
}

it(
  "the image builds, runs as ECS runs it, syncs, leaves on SIGTERM, and verifies",
  async () => {
    const there = await docker("info").then(
      () => true,
      () => false,
    );
    if (!there) {
      console.log("No Docker daemon answers: the image was not built and not run.");
      return;
    }
    const figures = { ...(await checkImage()), ...(await checkRun()), ...(await checkVerify()) };
    console.table(figures);
  },
  10 * MINUTE,
);
