/**
 * What runs in a function's process, as text for `node -e`: the bundle is one file, so there is no sibling script to start.
 * Speaks over the IPC channel: in `{ id, event, context, deadline }`, out `{ ready }`, `{ id, result }` or `{ id, error }`.
 */
export const BOOTSTRAP = `
"use strict";
const describe = (error) => error instanceof Error
  ? { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split("\\n") }
  : { errorType: typeof error, errorMessage: String(error), trace: [] };
let load;
try {
  const exported = require(process.env._LOCAL_MODULE)[process.env._LOCAL_EXPORT];
  if (typeof exported !== "function") throw new Error(process.env._HANDLER + " is undefined or not exported");
  load = { handler: exported };
} catch (error) {
  load = { error: describe(error) };
}
delete process.env._LOCAL_MODULE;
delete process.env._LOCAL_EXPORT;
process.on("message", async (call) => {
  const answer = (message) => process.send({ id: call.id, ...message });
  if (load.error) return answer({ error: load.error });
  try {
    const context = { ...call.context, getRemainingTimeInMillis: () => Math.max(0, call.deadline - Date.now()) };
    const result = await load.handler(call.event, context);
    answer({ result: JSON.stringify(result === undefined ? null : result) });
  } catch (error) {
    console.error(error);
    answer({ error: describe(error) });
  }
});
process.on("disconnect", () => process.exit(0));
process.send({ ready: true });
`;
