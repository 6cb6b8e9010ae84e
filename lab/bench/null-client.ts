/** Starts the server that answers everything with the same bytes. */
import { fork } from "node:child_process";
import { join } from "node:path";

export async function startNullServer(): Promise<{ readonly endpoint: string; readonly end: () => void }> {
  const child = fork(join(process.cwd(), "dist", "bench-null.cjs"), [], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const endpoint = await new Promise<string>((resolve, reject) => {
    child.once("message", (message) => resolve(message as string));
    child.once("exit", (code) => reject(new Error(`the null server has ended (${String(code)})`)));
  });
  return { endpoint, end: () => void child.kill("SIGKILL") };
}
