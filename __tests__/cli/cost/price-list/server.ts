/** AWS's price list on loopback: documents by path, and what may go wrong with one of them. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { offers, REGION, SPOT_FEED } from "./documents";

export interface PriceServer {
  readonly url: string;
  readonly spotUrl: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

export type Answering = (response: ServerResponse) => void;

/** Instead of its document: by a part of its path. */
export type Troubles = Readonly<Record<string, Answering>>;

export const status =
  (code: number): Answering =>
  (response) =>
    void response.writeHead(code, { "content-type": "application/xml" }).end("<Error/>");
export const text =
  (body: string): Answering =>
  (response) =>
    void response.writeHead(200, { "content-type": "application/octet-stream" }).end(body);
export const silence: Answering = () => undefined;

export async function withPriceList(
  troubles: Troubles,
  run: (server: PriceServer) => Promise<void>,
  documents: Readonly<Record<string, unknown>> = offers(),
  region: string = REGION,
): Promise<void> {
  const server = await startPriceServer(troubles, documents, region);
  try {
    await run(server);
  } finally {
    await server.close();
  }
}

async function startPriceServer(
  troubles: Troubles,
  documents: Readonly<Record<string, unknown>>,
  region: string,
): Promise<PriceServer> {
  const known: Record<string, unknown> = { "/fargate-spot-prices.json": SPOT_FEED };
  for (const [code, document] of Object.entries(documents)) {
    known[`/offers/v1.0/aws/${code}/current/${region}/index.json`] = document;
  }
  const asked: string[] = [];
  const http = createServer((request, response) => {
    const { url = "" } = request;
    asked.push(url);
    const trouble = Object.entries(troubles).find(([part]) => url.includes(part))?.[1];
    const answer = url in known ? text(JSON.stringify(known[url])) : status(403);
    (trouble ?? answer)(response);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    url,
    spotUrl: `${url}/fargate-spot-prices.json`,
    asked,
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
}
