/** The JSON that came with a request to the control endpoint. */
import type { PlainRequest } from "../http/front";
import { readAll } from "../http/payload";
import { CloudError } from "../http/service";

const MAX_PAYLOAD = 1024 * 1024;

/** @throws CloudError InvalidRequest for anything but JSON */
export async function payload({ req }: PlainRequest): Promise<unknown> {
  const text = (await readAll(req, MAX_PAYLOAD)).toString("utf8");
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CloudError(400, "InvalidRequest", "The payload is not JSON.");
  }
}
