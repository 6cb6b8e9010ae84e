/**
 * What the local cloud can answer at most, beside a server that answers every request with the same bytes: a benchmark near this
 * measures the cloud. The load is the worker's own transport, so the difference of both is the cloud's.
 */
import { makeSourceClient } from "../../aws";
import { makeS3Transport } from "../../aws/lean/s3-transport";
import { startCloudProcess } from "./cloud/client";
import { startNullServer } from "./null-client";
import { median, rounded } from "./result";
import { jobOf } from "./workloads";

export interface Ceiling {
  readonly server: "local cloud" | "null server";
  readonly requestsPerSecond: number;
  /** CPU seconds per 1,000 requests. */
  readonly clientCpuPer1000: number;
}

const REQUESTS = 20_000;
const AT_ONCE = 256;

/** HEADs of one object, as fast as they go. Medians over the runs. */
export async function measureCeiling(runs: number, scale: number): Promise<readonly Ceiling[]> {
  const requests = Math.max(AT_ONCE, Math.round(REQUESTS * scale));
  const cloud = startCloudProcess();
  const nothing = await startNullServer();
  try {
    const job = { ...jobOf("small", 1 / 20_000), latency: {} };
    const prepared = await cloud.prepare({ job, tls: undefined });
    const key = job.objects[0]?.key ?? "";
    const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } =
      prepared.operatorEnvironment;
    const load = (endpoint: string) =>
      makeLoad({
        endpoint,
        accessKeyId,
        secretAccessKey,
        region: prepared.system.region,
        bucket: prepared.source,
        key,
      });
    return [
      await repeated("local cloud", runs, () => load(prepared.endpoint)(requests)),
      await repeated("null server", runs, () => load(nothing.endpoint)(requests)),
    ];
  } finally {
    nothing.end();
    await cloud.end();
  }
}

async function repeated(
  server: Ceiling["server"],
  runs: number,
  once: () => Promise<{ readonly perSecond: number; readonly cpuPer1000: number }>,
): Promise<Ceiling> {
  const all = [];
  for (let run = 0; run < runs; run++) all.push(await once());
  return {
    server,
    requestsPerSecond: rounded(median(all.map(({ perSecond }) => perSecond))),
    clientCpuPer1000: rounded(median(all.map(({ cpuPer1000 }) => cpuPer1000))),
  };
}

interface LoadOptions {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly bucket: string;
  readonly key: string;
}

function makeLoad({ endpoint, accessKeyId, secretAccessKey, region, bucket, key }: LoadOptions) {
  return async (requests: number): Promise<{ readonly perSecond: number; readonly cpuPer1000: number }> => {
    const client = makeSourceClient(
      { endpoint, region, credentials: { accessKeyId, secretAccessKey }, slots: AT_ONCE },
      bucket,
    );
    const transport = makeS3Transport({ client, bucket, region, service: "s3", maxConnections: AT_ONCE });
    let left = requests;
    const lane = async (): Promise<void> => {
      while (left-- > 0) {
        const { signal: own } = new AbortController();
        await transport.send({ operation: "HeadObject", kind: "read", method: "HEAD", key }, own);
      }
    };
    try {
      // Connections are made before.
      left = AT_ONCE;
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
      left = requests;
      const cpu = process.cpuUsage();
      const began = performance.now();
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
      const { user, system } = process.cpuUsage(cpu);
      return {
        perSecond: (requests / (performance.now() - began)) * 1000,
        cpuPer1000: ((user + system) / 1e6 / requests) * 1000,
      };
    } finally {
      transport.destroy();
      client.destroy();
    }
  };
}
