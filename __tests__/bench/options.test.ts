/** The command line of the benchmarks. */
import { readOptions } from "../../lab/bench/options";

function read(...args: string[]) {
  let out = "";
  let err = "";
  const options = readOptions(args, { writeOut: (text) => (out += text), writeErr: (text) => (err += text) });
  return { options, out, err };
}

test("defaults, and everything that can be said", () => {
  expect(read("small").options).toEqual({
    name: "small",
    profiled: "small",
    json: false,
    peers: false,
    tls: false,
    runs: 3,
    scale: 1,
    transport: "lean",
    profile: undefined,
  });
  const all = ["hot-key", "--json", "--peers", "--tls", "--runs", "7", "--scale", ".25", "--transport", "sdk"];
  expect(read(...all, "--profile", "folder").options).toEqual({
    name: "hot-key",
    profiled: "small",
    json: true,
    peers: true,
    tls: true,
    runs: 7,
    scale: 0.25,
    transport: "sdk",
    profile: "folder",
  });
});

test("every problem is named at once", () => {
  const { options, err } = read("smal", "twice", "--runs", "0", "--scale", "2", "--transport", "udp", "--fast");
  expect(options).toBe(2);
  for (const part of ['"smal"', '"twice"', "--runs must be", '"0"', "--scale must be", '"2"', '"udp"', '"--fast"']) {
    expect(err).toContain(part);
  }
});

test("profile looks at the benchmark that is named behind it, and only profile does", () => {
  expect(read("profile").options).toMatchObject({ name: "profile", profiled: "small" });
  expect(read("profile", "verify", "--tls").options).toMatchObject({ name: "profile", profiled: "verify", tls: true });
  const wrong = read("profile", "report", "twice");
  expect(wrong.options).toBe(2);
  expect(wrong.err).toContain('profile knows no benchmark "report"; there are small, large');
  expect(wrong.err).toContain('"twice" is not understood');
  expect(read("large", "verify").err).toContain('"verify" is not understood');
});

test.each([[[]], [["--runs", "x", "small"]], [["small", "--runs"]], [["small", "--scale", "0"]]])(
  "%j is wrong usage",
  (args) => {
    const { options, err, out } = read(...args);
    expect([options, out]).toEqual([2, ""]);
    expect(err).not.toBe("");
  },
);

test("help goes to stdout", () => {
  const { options, out, err } = read("--help");
  expect([options, err]).toEqual([0, ""]);
  expect(out).toContain("Exit codes: 0 measured");
});
