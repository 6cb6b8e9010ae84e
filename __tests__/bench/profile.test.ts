/** From a CPU profile to the areas of the report. */
import { readFileSync } from "node:fs";
import { areaOf, type SourceOf } from "../../lab/bench/profile/areas";
import type { CpuProfile, Frame } from "../../lab/bench/profile/cpu-profile";
import { cpuShares } from "../../lab/bench/profile/shares";
import { sourcesOf } from "../../lab/bench/profile/sources";

const frame = (functionName: string, url = ""): Frame => ({ functionName, url, lineNumber: 0, columnNumber: 0 });
const ROOT = frame("(root)");
/** The files of the repository stand for themselves here. */
const asItIs: SourceOf = ({ url }) => (url === "" ? undefined : url);

describe("the area of a stack", () => {
  test.each<[string | undefined, ...Frame[]]>([
    [undefined, frame("(idle)")],
    ["garbage collection", frame("(garbage collector)"), frame("send", "aws/lean/connection.ts")],
    ["native code that V8 does not name (event loop, reading, decrypting)", frame("(program)")],
    ["TLS and sockets", frame("writeLatin1String"), frame("handleWriteReq", "node:internal/stream_base_commons")],
    ["TLS and sockets", frame("TLSSocket._init", "node:_tls_wrap"), frame("dial", "aws/lean/dial.ts")],
    ["hashes and signatures", frame("update", "node:internal/crypto/hash"), frame("x", "worker/work.ts")],
    ["hashes and signatures", frame("signedLines", "aws/lean/signer.ts")],
    [
      "transport of our own (aws/lean/)",
      frame("latin1Write"),
      frame("write", "node:buffer"),
      frame("f", "aws/lean/a.ts"),
    ],
    ["log lines", frame("writeString"), frame("writeSync", "node:fs"), frame("w", "node_modules/sonic-boom/index.js")],
    ["aws/", frame("headOf", "aws/head.ts")],
    ["worker/", frame("attend", "worker/attend.ts"), frame("later", "core/a.ts")],
    ["core/", frame("get"), frame("decide", "core/decide.ts"), frame("attend", "worker/attend.ts")],
    ["cli/", frame("compare", "cli/verify/compare.ts")],
    ["AWS SDK", frame("send", "node_modules/@smithy/core/dist-es/client.js")],
    ["other packages", frame("parse", "node_modules/commander/lib/command.js")],
    ["Node's own (streams, timers, events, promises)", frame("listOnTimeout", "node:internal/timers"), ROOT],
    ["Node's own (streams, timers, events, promises)", frame("latin1Slice"), ROOT],
    [
      "loading (compiling the program, running its modules once)",
      frame("define", "core/a.ts"),
      frame("wrapSafe", "node:internal/modules/cjs/loader"),
    ],
  ])("%s", (area, ...stack) => {
    expect(areaOf(stack, asItIs)).toBe(area);
  });
});

/** One look a millisecond, each at the function of its name; all are called from the root. */
function profileOf(looks: readonly Frame[]): CpuProfile {
  return {
    nodes: [
      { id: 1, callFrame: ROOT, children: looks.map((_, index) => index + 2) },
      ...looks.map((callFrame, index) => ({ id: index + 2, callFrame })),
    ],
    startTime: 5_000_000,
    endTime: 5_000_000 + looks.length * 1000,
    samples: looks.map((_, index) => index + 2),
    timeDeltas: looks.map((_, index) => (index === 0 ? 0 : 1000)),
  };
}

const WORKER = frame("attend", "worker/attend.ts");
const CORE = frame("decide", "core/decide.ts");
const GARBAGE = frame("(garbage collector)");
const IDLE = frame("(idle)");

test("shares of the busy time, biggest first; waiting is none of it", () => {
  const found = cpuShares(profileOf([IDLE, CORE, WORKER, IDLE, WORKER, WORKER, IDLE, IDLE]), asItIs);
  expect(found.areas.map(({ area, percent }) => [area, percent])).toEqual([
    ["worker/", 75],
    ["core/", 25],
  ]);
  expect(found.areas[0]?.seconds).toBeCloseTo(0.003, 9);
  expect([found.idleSeconds, found.wallSeconds]).toEqual([0.004, 0.008]);
});

test("thirds add up to exactly 100", () => {
  const { areas } = cpuShares(profileOf([WORKER, CORE, GARBAGE]), asItIs);
  expect(areas.map(({ percent }) => percent).sort()).toEqual([33.3, 33.3, 33.4]);
});

test("what comes after the wall is left out, also of the look at its end", () => {
  const found = cpuShares(profileOf([WORKER, WORKER, CORE, GARBAGE, IDLE]), asItIs, 0.0025);
  expect(found.areas.map(({ area, seconds }) => [area, Math.round(seconds * 1e6)])).toEqual([
    ["worker/", 2000],
    ["core/", 500],
  ]);
  expect([found.idleSeconds, found.wallSeconds]).toEqual([0, 0.0025]);
});

test("a profile in which nothing ran has no shares", () => {
  expect(() => cpuShares(profileOf([IDLE]), asItIs)).toThrow(RangeError);
});

test("functions of the built worker are found in the files that they were written in", () => {
  const sourceOf = sourcesOf("worker.cjs");
  const lines = readFileSync("dist/worker.cjs", "utf8").split("\n");
  const at = (start: string): string | undefined => {
    const lineNumber = lines.findIndex((line) => line.startsWith(start));
    expect(lineNumber).toBeGreaterThan(0);
    return sourceOf({
      functionName: "",
      url: "file:///somewhere/dist/worker.cjs",
      lineNumber,
      columnNumber: start.length,
    });
  };
  expect(at("function planCopy")).toBe("core/parts.ts");
  expect(at("function makeS3Transport")).toBe("aws/lean/s3-transport.ts");
  expect(at("function makeLog")).toBe("worker/log.ts");
  expect(at("var require_sonic_boom")).toBe("node_modules/sonic-boom/index.js");
  expect(sourceOf({ ...frame("write", "node:fs"), lineNumber: 3 })).toBeUndefined();
});
