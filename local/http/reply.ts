/** Writes an answer to the wire. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Reply } from "./service";

/**
 * Answers the bytes of payload sent. Resolves when the answer is out or the client is gone.
 * @throws TypeError, with nothing sent, for what cannot be a header
 */
export async function writeReply(
  req: IncomingMessage,
  res: ServerResponse,
  reply: Reply,
  more: Readonly<Record<string, string>>,
): Promise<number> {
  const isHead = req.method === "HEAD";
  // A payload that nobody read is thrown away, so that the connection can carry the next request.
  if (!req.complete) res.once("finish", () => void req.unpipe().resume());
  const body = reply.body;
  if (body === undefined || typeof body === "string" || Buffer.isBuffer(body)) {
    const length = body === undefined ? 0 : Buffer.byteLength(body);
    const headers: Record<string, string | number> = { ...more, ...reply.headers };
    if (headers["content-length"] === undefined && reply.status !== 204 && reply.status !== 304)
      headers["content-length"] = length;
    if (reply.reason === undefined) res.writeHead(reply.status, headers);
    else res.writeHead(reply.status, reply.reason, headers);
    res.end(isHead ? undefined : body);
    return isHead ? 0 : length;
  }
  try {
    res.writeHead(reply.status, { ...more, ...reply.headers });
  } catch (error) {
    body.destroy();
    throw error;
  }
  if (isHead) {
    body.destroy();
    res.end();
    return 0;
  }
  let sent = 0;
  body.on("data", (chunk: Buffer) => (sent += chunk.length));
  try {
    await pipeline(body, res);
  } catch {
    res.destroy();
  }
  return sent;
}
