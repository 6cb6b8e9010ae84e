/** A question at a terminal always comes to an end, whatever the person does. */
import { PassThrough } from "node:stream";
import { ask } from "../../../cli/shell/ask";

function terminal({ typed = true, seen = true } = {}) {
  const input = Object.assign(new PassThrough(), { isTTY: typed });
  const output = Object.assign(new PassThrough(), { isTTY: seen });
  let shown = "";
  output.on("data", (data: Buffer) => (shown += data.toString("utf8")));
  return { input, output, shown: () => shown };
}

const never = new AbortController().signal;

test("the answer is what is typed", async () => {
  const { input, output, shown } = terminal();
  const asked = ask("Really?", { input, output }, never);
  input.write("yes\r");
  expect(await asked).toBe("yes");
  expect(shown()).toContain("Really? [y/N] ");
});

test.each([
  ["Ctrl-C", "\u0003"],
  ["Ctrl-D", "\u0004"],
])("%s is no answer, and the next output begins on a line of its own", async (_, key) => {
  const { input, output, shown } = terminal();
  const asked = ask("Really?", { input, output }, never);
  input.write(key);
  expect(await asked).toBeUndefined();
  expect(shown().endsWith("\n")).toBe(true);
});

test("a terminal that goes away does not answer", async () => {
  const { input, output } = terminal();
  const asked = ask("Really?", { input, output }, never);
  input.end();
  expect(await asked).toBeUndefined();
});

test("a signal ends the question", async () => {
  const { input, output } = terminal();
  const controller = new AbortController();
  const asked = ask("Really?", { input, output }, controller.signal);
  controller.abort();
  await expect(asked).rejects.toMatchObject({ name: "AbortError" });
});

test.each([{ typed: false }, { seen: false }])("nobody is asked where there is no terminal: %p", async (setting) => {
  const { input, output, shown } = terminal(setting);
  expect(await ask("Really?", { input, output }, never)).toBeUndefined();
  expect(shown()).toBe("");
});
