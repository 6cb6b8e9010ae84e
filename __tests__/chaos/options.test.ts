/** The command line of the fault runs: every wrong option is named. */
import { readCommandLine } from "../../lab/chaos/options";

test("defaults: one nominal minute of seed 1, simulated", () => {
  expect(readCommandLine([])).toEqual({
    ...{ kind: "run", mode: "sim", seeds: [1], minutes: 1 },
    ...{ transport: "lean", json: false },
  });
});

test("seeds are taken one after another; minutes may be parts of one", () => {
  const args = [
    "--seed",
    "7",
    "--seeds",
    "3",
    "--minutes",
    "0.25",
    "--mode",
    "process",
    "--transport",
    "sdk",
    "--json",
  ];
  expect(readCommandLine(args)).toEqual({
    kind: "run",
    mode: "process",
    seeds: [7, 8, 9],
    minutes: 0.25,
    transport: "sdk",
    json: true,
  });
});

test.each([
  [["--seed", "-1"], "Option '--seed' argument is ambiguous"],
  [["--seed", "x", "--minutes", "0", "--mode", "both"], "--seed must be"],
  [["--seed", "x", "--minutes", "0", "--mode", "both"], "--minutes must be"],
  [["--seed", "x", "--minutes", "0", "--mode", "both"], '--mode must be sim or process, not "both"'],
  [["--seeds", "0"], "--seeds must be a whole number from 1"],
  [["--planted", "--seed", "1"], "--planted takes no --seed"],
  [["--mode", "process", "--transport", "curl"], '--transport must be lean or sdk, not "curl"'],
  [["--transport", "sdk"], "--transport needs --mode process"],
  [["--planted", "--scenario", "{}"], "exclude each other"],
  [["--planted", "--interruptions"], "--planted and --interruptions exclude each other"],
  [["--interruptions", "--minutes", "2"], "--interruptions takes no --minutes"],
  [["--faults"], "Unknown option '--faults'"],
])("%j is refused: %s", (args, why) => {
  expect(() => readCommandLine(args)).toThrow(why);
});
