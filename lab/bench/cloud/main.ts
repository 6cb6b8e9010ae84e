/** The local cloud of a benchmark as a process of its own: what it costs must not be mistaken for what is measured. */
import type { CallName, Request, Response } from "./protocol";
import { makeStage } from "./stage";

process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

const stage = makeStage();
const tell = (response: Response): void => void process.send?.(response);

async function answer({ id, call, input }: Request): Promise<void> {
  try {
    const act = stage[call] as (given: unknown) => Promise<unknown>;
    const output = await act(input);
    tell({ id, output: output ?? null });
    if (call === ("close" satisfies CallName)) process.disconnect();
  } catch (error) {
    tell({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

process.on("message", (request) => void answer(request as Request));
// Whoever started it is gone: nobody will ever ask again.
process.on("disconnect", () => void stage.close(null).then(() => process.exit(0)));
// A Ctrl-C reaches the whole group; the one who started it says when to end.
process.on("SIGINT", () => undefined);
