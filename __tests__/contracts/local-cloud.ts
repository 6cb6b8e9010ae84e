/** A local cloud for one contract suite, and what an SDK client needs to reach it as the operator. */
import { startCloud, type Cloud, type CloudOptions } from "../../local/cloud";

export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly maxAttempts: number;
}

/** Starts the cloud before the suite's tests and ends it after them. */
export function useCloud(options: CloudOptions = {}): () => Cloud {
  let cloud: Cloud | undefined;
  beforeAll(async () => {
    cloud = await startCloud(options);
  });
  afterAll(() => cloud?.close());
  return () => {
    if (cloud === undefined) throw new Error("the cloud did not start");
    return cloud;
  };
}

export function asOperator(cloud: Cloud): ClientConfig {
  const { endpoint, region } = cloud;
  return { endpoint, region, credentials: cloud.principals.byName("operator")!, maxAttempts: 1 };
}

/** The name of the error a request ends with. Fails when there is none. */
export async function refused(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    return (error as Error).name;
  }
  throw new Error("expected the request to be refused, but it succeeded");
}
