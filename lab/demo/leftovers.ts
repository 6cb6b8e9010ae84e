/** What is still on this machine once a cloud is closed: nothing, or the demo says so. */
import { existsSync } from "node:fs";
import { connect } from "node:net";
import type { Cloud } from "../../local/cloud";
import { liveChildren } from "../../local/process/children";
import { plural } from "./timeline";

/** In words; empty when nothing was left behind. */
export async function leftBehind({ directory, endpoint }: Pick<Cloud, "directory" | "endpoint">): Promise<string[]> {
  const processes = liveChildren();
  return [
    ...(processes > 0 ? [plural(processes, "process", "processes")] : []),
    ...(existsSync(directory) ? [`the directory ${directory}`] : []),
    ...((await answers(endpoint)) ? [`a server at ${endpoint}`] : []),
  ];
}

/** Whether somebody listens there. */
function answers(endpoint: string): Promise<boolean> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    const end = (isAnswered: boolean): void => {
      socket.destroy();
      resolve(isAnswered);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}
