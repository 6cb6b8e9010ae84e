/**
 * Where the SDK would send a request: asked from the SDK itself once per bucket or queue, so that Regions, partitions, dual-stack,
 * FIPS and AWS_ENDPOINT_URL* mean here exactly what they mean there.
 */
import type { Origin } from "./dial";

export interface Endpoint extends Origin {
  /** The Host header. */
  readonly authority: string;
  /** The path of the probe: "/key" for a virtual-hosted bucket, "/bucket/key" for path style. */
  readonly path: string;
}

interface ResolvedRequest {
  readonly protocol?: string;
  readonly hostname?: string;
  readonly port?: number;
  readonly path?: string;
}

interface Probe {
  readonly middlewareStack: {
    add(
      middleware: (next: unknown) => (args: { readonly request: unknown }) => Promise<never>,
      options: { readonly step: "build"; readonly name: string; readonly priority: "high" },
    ): void;
  };
}

const STOP = Symbol("resolved");

/**
 * @param probe a command about the bucket or queue; it is not sent
 * @throws what the SDK throws when it cannot resolve: no Region, a malformed endpoint
 */
export async function resolveEndpoint<P extends Probe>(
  send: (probe: P) => Promise<unknown>,
  probe: P,
): Promise<Endpoint> {
  let request: ResolvedRequest | undefined;
  probe.middlewareStack.add(
    () => (args) => {
      request = args.request as ResolvedRequest;
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- never leaves this function
      throw STOP;
    },
    { step: "build", name: "resolveOnly", priority: "high" },
  );
  try {
    await send(probe);
  } catch (thrown) {
    if (thrown !== STOP && request === undefined) throw thrown;
  }
  return endpointOf(request ?? {});
}

function endpointOf({ protocol = "https:", hostname = "", port, path = "/" }: ResolvedRequest): Endpoint {
  if (protocol !== "http:" && protocol !== "https:") throw new Error(`the endpoint's protocol is ${protocol}`);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const standard = protocol === "https:" ? 443 : 80;
  return {
    protocol,
    host,
    port: port ?? standard,
    authority: port === undefined || port === standard ? hostname : `${hostname}:${port}`,
    path,
  };
}
