/** Looks that go on through trouble that passes, for who watches or waits for hours. */
import { translate } from "../../aws/errors";
import { classOf } from "../../core/errors";
import type { Situation } from "./situation";

export type Look = (signal: AbortSignal) => Promise<Situation>;
/** Undefined: it could not be looked this time. */
export type SteadyLook = (signal: AbortSignal) => Promise<Situation | undefined>;

/**
 * Trouble ends the first look, which shows whether the set-up is right; later only what does not pass by itself ends one.
 * @param onTrouble is told of each look that came to nothing
 */
export function makeSteady(look: Look, onTrouble: (error: unknown) => void): SteadyLook {
  let hasLooked = false;
  return async (signal) => {
    try {
      const situation = await look(signal);
      hasLooked = true;
      return situation;
    } catch (error) {
      if (!hasLooked || signal.aborted || !mayPass(error)) throw error;
      onTrouble(error);
      return undefined;
    }
  };
}

/** No answer, a server's error, too many requests. An error without a known name is more likely one of ours. */
export function mayPass(error: unknown): boolean {
  const translated = translate(error, "look", "read");
  if (translated.code === "Unknown" || translated.code === "Aborted") return false;
  return ["transient", "throttled"].includes(classOf(translated));
}
