/** Which proxy an address is asked through: HTTPS_PROXY, HTTP_PROXY and NO_PROXY as curl reads them. Pure. */
import { cliError } from "../../shell/errors";

export interface Proxy {
  readonly url: string;
  /** The variable that names it. */
  readonly variable: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Undefined: asked directly. @throws CliError when the variable holds no proxy that can be used */
export function proxyFor(address: string, environment: Environment): Proxy | undefined {
  const { protocol, hostname, port } = new URL(address);
  const name = protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  // The lower case is the older convention, and wins where both are set.
  const variable = [name.toLowerCase(), name].find((one) => filled(environment[one]));
  if (variable === undefined || isExempt(hostname, port || DEFAULT_PORTS[protocol], environment)) return undefined;
  const value = environment[variable] ?? "";
  const url = value.includes("://") ? value : `http://${value}`;
  // Not repeated: it may hold a password.
  if (!isProxy(url)) throw cliError(`${variable} is no address of a proxy, such as http://proxy.example.com:3128.`, 2);
  return { url, variable };
}

function isProxy(url: string): boolean {
  try {
    const { protocol, username, password } = new URL(url);
    // Sent decoded: a "%" of its own must stand there as "%25".
    decodeURIComponent(username + password);
    return /^https?:$/.test(protocol);
  } catch {
    return false;
  }
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "https:": "443", "http:": "80" };

/** "example.com" and ".example.com" are the host and all below it, "example.com:8443" one port of them, "*" is every host. */
function isExempt(host: string, port: string | undefined, environment: Environment): boolean {
  const listed = filled(environment["no_proxy"]) ?? environment["NO_PROXY"] ?? "";
  return listed
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      const [, name = entry, itsPort] = /^(.+):(\d+)$/.exec(entry) ?? [];
      if (itsPort !== undefined && itsPort !== port) return false;
      const domain = name.replace(/^\*?\./, "");
      return domain !== "" && (domain === "*" || host === domain || host.endsWith(`.${domain}`));
    });
}

function filled(value: string | undefined): string | undefined {
  return value?.trim() === "" ? undefined : value;
}
