/** What the local cloud's Lambda loads: the starter itself, made once per cold start as Pulumi's callback factory is. */
import { makeStarter } from "../../functions/starter";

export const handler = makeStarter();
