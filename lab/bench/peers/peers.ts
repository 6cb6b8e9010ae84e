/** The other tools: which of them is here, how it is told to copy one bucket to the other, and what it needs. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchIo } from "../bench";
import { trusting } from "../certificate";
import type { Bench } from "../measure";
import { run } from "../process";
import { type PeerResult, rounded } from "../result";
import { SLOTS } from "../workloads";
import { BOTO3_SCRIPT } from "./boto3-script";

export interface Peer {
  readonly name: string;
  readonly command: string;
  /** Prints its version; the last word with a digit counts. Undefined: it is a part of this repository. */
  readonly versionArgs: readonly string[] | undefined;
  readonly args: (from: string, to: string, endpoint: string) => readonly string[];
  readonly isOurs?: true;
}

const slots = String(SLOTS);

export const PEERS: readonly Peer[] = [
  {
    name: "s3sync",
    command: "s3sync",
    versionArgs: ["--version"],
    args: (from, to, endpoint) => [
      "--server-side-copy",
      "--worker-size",
      slots,
      "--source-endpoint-url",
      endpoint,
      "--target-endpoint-url",
      endpoint,
      "--source-force-path-style",
      "--target-force-path-style",
      `s3://${from}`,
      `s3://${to}`,
    ],
  },
  {
    name: "s5cmd",
    command: "s5cmd",
    versionArgs: ["version"],
    args: (from, to, endpoint) => [
      "--endpoint-url",
      endpoint,
      "--numworkers",
      slots,
      "cp",
      `s3://${from}/*`,
      `s3://${to}/`,
    ],
  },
  {
    name: "rclone",
    command: "rclone",
    versionArgs: ["version"],
    args: (from, to, endpoint) => [
      "copy",
      "--transfers",
      slots,
      "--checkers",
      slots,
      "--s3-provider",
      "Other",
      "--s3-env-auth",
      "--s3-force-path-style",
      "--s3-no-check-bucket",
      "--s3-list-version",
      "2",
      "--s3-endpoint",
      endpoint,
      `:s3:${from}`,
      `:s3:${to}`,
    ],
  },
  {
    name: "aws-cli",
    command: "aws",
    versionArgs: ["--version"],
    args: (from, to) => ["s3", "cp", "--recursive", "--only-show-errors", `s3://${from}/`, `s3://${to}/`],
  },
  {
    name: "boto3",
    command: "python3",
    versionArgs: ["-c", "import boto3; print(boto3.__version__)"],
    args: (from, to) => ["-c", BOTO3_SCRIPT, from, to, slots],
  },
  {
    name: "plain SDK for JavaScript",
    command: process.execPath,
    versionArgs: undefined,
    args: (from, to) => [join(process.cwd(), "dist", "bench-plain-sdk.cjs"), from, to, slots],
    isOurs: true,
  },
];

const VERSION_TIMEOUT_MS = 20_000;
const RUN_TIMEOUT_MS = 300_000;

/** One run of every tool that is here. */
export async function measurePeers(bench: Bench, io: BenchIo): Promise<readonly PeerResult[]> {
  const results: PeerResult[] = [];
  for (const peer of PEERS) {
    io.signal.throwIfAborted();
    const version = await versionOf(peer, io.signal);
    if (version === undefined) continue;
    io.progress(`${bench.job.name}: ${peer.name}`);
    results.push(await measurePeer(bench, peer, version));
  }
  return results;
}

async function measurePeer(
  { cloud, prepared, job, certificate, signal }: Bench,
  peer: Peer,
  version: string,
): Promise<PeerResult> {
  await cloud.reset({ messages: false });
  const config = await makeConfig();
  try {
    const ended = await run({
      command: peer.command,
      args: peer.args(prepared.source, prepared.plainDestination, prepared.endpoint),
      environment: { ...prepared.operatorEnvironment, ...trusting(certificate), AWS_CONFIG_FILE: config.path },
      probed: peer.isOurs === true,
      signal,
      timeoutMs: RUN_TIMEOUT_MS,
    });
    const { failedObjects } = await cloud.seen(null);
    return {
      name: peer.name,
      version,
      wallSeconds: rounded(ended.wallSeconds),
      cpuSecondsPer1000: rounded((ended.cpuSeconds / Math.max(1, job.objects.length)) * 1000),
      peakRssMiB: rounded(ended.peakRssMiB),
      failedObjects,
    };
  } finally {
    await config.remove();
  }
}

/** Undefined: it is not installed. */
export async function versionOf({ command, versionArgs }: Peer, signal: AbortSignal): Promise<string | undefined> {
  if (versionArgs === undefined) return "of this repository";
  try {
    const ended = await run({
      command,
      args: versionArgs,
      environment: {},
      probed: false,
      signal,
      timeoutMs: VERSION_TIMEOUT_MS,
    });
    if (ended.exitCode !== 0) return undefined;
    return /\d+(?:\.\d+)+/.exec(ended.stdout + ended.stderr)?.[0] ?? "unknown";
  } catch (error) {
    signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The command line of AWS takes its concurrency from a file only. */
async function makeConfig(): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "s3-express-sync-bench-"));
  const path = join(folder, "config");
  const text = `[default]\ns3 =\n  addressing_style = path\n  max_concurrent_requests = ${slots}\n  multipart_threshold = 256MB\n  multipart_chunksize = 128MB\n`;
  await writeFile(path, text);
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
