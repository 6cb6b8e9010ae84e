import { fargateMemorySizes, fargateSizeProblem } from "../../core/fargate";

it.each([
  [256, [512, 1024, 2048]],
  [512, [1024, 2048, 3072, 4096]],
  [1024, [2048, 3072, 4096, 5120, 6144, 7168, 8192]],
  [3000, []],
])("%d CPU units go with %j MiB", (cpu, memory) => {
  expect(fargateMemorySizes(cpu)).toEqual(memory);
});

it.each([
  [2048, 4096, 16_384, 1024],
  [4096, 8192, 30_720, 1024],
  [8192, 16_384, 61_440, 4096],
  [16_384, 32_768, 122_880, 8192],
])("%d CPU units: from %d to %d MiB by %d", (cpu, from, to, step) => {
  const sizes = fargateMemorySizes(cpu);
  expect([sizes[0], sizes.at(-1), (sizes[1] ?? 0) - from]).toEqual([from, to, step]);
});

it("says what to choose instead", () => {
  expect(fargateSizeProblem(2048, 4096)).toBeUndefined();
  expect(fargateSizeProblem(256, 512)).toBeUndefined();
  expect(fargateSizeProblem(512, 8192)).toBe(
    "taskMemory is 8192; with taskCpu 512 Fargate offers 1024, 2048, 3072, 4096 MiB",
  );
  expect(fargateSizeProblem(300, 1024)).toBe(
    "taskCpu is 300; Fargate offers 256, 512, 1024, 2048, 4096, 8192, 16384 CPU units",
  );
});
