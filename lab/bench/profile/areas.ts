/** Which part of the program a stack of a CPU profile belongs to. Pure. */
import type { Frame } from "./cpu-profile";

/** The file in the repository that a function of a bundle came from; undefined of what is in no bundle. */
export type SourceOf = (frame: Frame) => string | undefined;

export const IDLE = "(idle)";
/** The stack's last frame, above everything. */
const ROOT = "(root)";

const GARBAGE = "garbage collection";
const LOADING = "loading (compiling the program, running its modules once)";
const NAMELESS = "native code that V8 does not name (event loop, reading, decrypting)";
const NODE = "Node's own (streams, timers, events, promises)";

/** What V8 calls a look at which no function ran. */
const SPECIAL: Readonly<Record<string, string>> = { "(garbage collector)": GARBAGE, "(program)": NAMELESS };

/** The first that fits counts. Internals of Node that are not listed are {@link NODE}. */
const OF_NODE: readonly (readonly [RegExp, string | undefined])[] = [
  [
    /^node:(_tls_|net$|tls$|internal\/(tls|net|stream_base_commons|dns|js_stream_socket|socketaddress))/,
    "TLS and sockets",
  ],
  [/^node:(crypto$|internal\/crypto\/)/, "hashes and signatures"],
  // They do what whoever called them wants, as built-in functions do.
  [/^node:(buffer$|fs$|internal\/(buffer|fs\/|util|validators|errors|assert))/, undefined],
];

/** The first that fits counts. */
const OF_SOURCES: readonly (readonly [RegExp, string])[] = [
  [/^aws\/lean\/signer\.ts$/, "hashes and signatures"],
  [/^worker\/log\.ts$/, "log lines"],
  [
    /node_modules\/(pino|sonic-boom|@pinojs|safe-stable-stringify|quick-format-unescaped|thread-stream|on-exit-leak-free)/,
    "log lines",
  ],
  [/node_modules\/@(aws-sdk|smithy|aws-crypto|aws)\//, "AWS SDK"],
  [/node_modules\//, "other packages"],
  [/^aws\/lean\//, "transport of our own (aws/lean/)"],
  [/^(aws|worker|core|cli)\//, "$1/"],
];

/**
 * The area of a stack: that of the function that ran or, when V8 or a helper of Node provides it, of the nearest caller that has one.
 * Undefined while nothing ran.
 */
export function areaOf(stack: readonly Frame[], sourceOf: SourceOf): string | undefined {
  const [own] = stack;
  if (own === undefined || own.functionName === IDLE) return undefined;
  const special = own.url === "" ? SPECIAL[own.functionName] : undefined;
  if (special !== undefined) return special;
  if (stack.some(({ url }) => /^node:internal\/(modules|main|bootstrap)\//.test(url))) return LOADING;
  for (const frame of stack) {
    const area = frame.functionName === ROOT ? NODE : areaOfFrame(frame, sourceOf);
    if (area !== undefined) return area;
  }
  return NODE;
}

function areaOfFrame(frame: Frame, sourceOf: SourceOf): string | undefined {
  if (frame.url.startsWith("node:")) {
    const found = OF_NODE.find(([pattern]) => pattern.test(frame.url));
    return found === undefined ? NODE : found[1];
  }
  const source = sourceOf(frame);
  if (source === undefined) return undefined;
  for (const [pattern, area] of OF_SOURCES) {
    const match = pattern.exec(source);
    if (match !== null) return area.replace("$1", match[1] ?? "");
  }
  return "other packages";
}
