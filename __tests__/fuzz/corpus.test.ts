/** Replays every kept input of the fuzz targets, with a few thousand random changes to each: cheap, and the same in every run. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { seeded, type Random } from "../../lab/sim/random";
import { type Target, TARGETS } from "./targets";

const CORPUS = path.join(__dirname, "corpus");
const CHANGED_COPIES = 150;

function inputsOf(name: string): readonly (readonly [string, Buffer])[] {
  const directory = path.join(CORPUS, name);
  return readdirSync(directory).map((file) => [file, readFileSync(path.join(directory, file))] as const);
}

/** A byte replaced, taken out or doubled, or a stretch moved, a few times over. */
function changed(input: Buffer, random: Random): Buffer {
  let bytes = [...input];
  for (let i = random.int(1, 6); i > 0 && bytes.length > 0; i--) {
    const at = random.int(0, bytes.length - 1);
    const stretch = bytes.slice(at, at + random.int(1, 20));
    const to = random.int(0, bytes.length - 1);
    switch (random.int(0, 3)) {
      case 0:
        bytes[at] = random.int(0, 255);
        break;
      case 1:
        bytes = [...bytes.slice(0, at), ...bytes.slice(at + stretch.length)];
        break;
      default:
        bytes = [...bytes.slice(0, to), ...stretch, ...bytes.slice(to)];
    }
  }
  return Buffer.from(bytes);
}

describe.each(Object.entries(TARGETS) as [string, Target][])("%s", (name, target) => {
  it.each(inputsOf(name))("holds for %s", async (file, input) => {
    await target(input);
    const random = seeded(1).stream(`${name}/${file}`);
    const copies = input.length > 2_000 ? 10 : CHANGED_COPIES;
    for (let i = 0; i < copies; i++) {
      const copy = changed(input, random);
      await expect(Promise.resolve(target(copy)).then(() => copy.toString("base64"))).resolves.toBe(
        copy.toString("base64"),
      );
    }
  });
});
