/** `node dist/verify-measure.cjs --objects N --memory MIB`: what the compare engine costs, as JSON on stdout. */
import { tmpdir } from "node:os";
import { parseArgs } from "node:util";
import { measure } from "./measure";

const { values } = parseArgs({
  options: {
    objects: { type: "string", default: "1000000" },
    memory: { type: "string", default: "128" },
    deep: { type: "boolean", default: false },
    "spill-dir": { type: "string", default: tmpdir() },
    "missing-every": { type: "string", default: "0" },
    "extra-every": { type: "string", default: "0" },
    "different-every": { type: "string", default: "0" },
  },
});

void measure({
  objects: Number(values.objects),
  memoryMiB: Number(values.memory),
  deep: values.deep,
  spillFolder: values["spill-dir"],
  missingEvery: Number(values["missing-every"]),
  extraEvery: Number(values["extra-every"]),
  differentEvery: Number(values["different-every"]),
}).then((result) => process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`));
