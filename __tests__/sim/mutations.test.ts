/**
 * What the random model is worth: every bug of lab/chaos/planted/bugs.ts must be found, and the unchanged worker, built the
 * same way, must pass where the broken one fails.
 */
import { SIM_BUGS } from "../../lab/chaos/planted/bugs";
import { findInSim } from "../../lab/chaos/planted/search";
import { simWorkerWith } from "../../lab/chaos/planted/sim-worker";

describe("the random model", () => {
  it.each(SIM_BUGS)(
    "finds: $name ($breaks)",
    async (bug) => {
      expect(await findInSim(bug)).toBeDefined();
    },
    120_000,
  );

  it("refuses a bug whose text does not occur exactly once", async () => {
    const patch = { file: "core/bounds.ts", find: "no such text", replace: "" };
    await expect(simWorkerWith([patch])).rejects.toThrow("occurs 0 times, not once");
    await expect(simWorkerWith([{ ...patch, find: "return" }])).rejects.toThrow("times, not once");
  });
});
