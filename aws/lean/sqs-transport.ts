/**
 * SQS requests without the SDK: the AWS JSON protocol (1.0) over connections of our own. Source: SQS API Reference "Making API
 * requests", AWS JSON protocol.
 */
import { ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { orAbort } from "../call";
import type { Answer } from "./answer-reader";
import { makeDial } from "./dial";
import { type Endpoint, resolveEndpoint } from "./endpoint";
import { makePool, type Pool } from "./pool";
import { makeSigner, sha256Hex } from "./signer";
import type { CancelSignal } from "../../core/ports";

export interface SqsTransportOptions {
  /** Says where the queue is and who signs. */
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly region: string;
  readonly maxConnections: number;
}

export interface SqsTransport {
  /**
   * The answer's document.
   * @throws an error with the service's own name, status and request id, as the SDK throws it; the connection's otherwise
   */
  call(action: string, input: Readonly<Record<string, unknown>>, signal: CancelSignal): Promise<unknown>;
  destroy(): void;
}

const CONTENT_TYPE = "application/x-amz-json-1.0";

interface Place {
  readonly endpoint: Endpoint;
  readonly pool: Pool;
}

export function makeSqsTransport({ client, queueUrl, region, maxConnections }: SqsTransportOptions): SqsTransport {
  const signer = makeSigner({ region, service: "sqs" });
  let place: Promise<Place> | undefined;
  let destroyed = false;

  function located(): Promise<Place> {
    const probe = new ReceiveMessageCommand({ QueueUrl: queueUrl });
    place ??= resolveEndpoint((command: ReceiveMessageCommand) => client.send(command), probe)
      .then((endpoint) => {
        const pool = makePool({ dial: makeDial(endpoint), maxConnections });
        if (destroyed) pool.destroy();
        return { endpoint, pool };
      })
      .catch((error: unknown) => {
        place = undefined;
        throw error;
      });
    return place;
  }

  return {
    async call(action, input, signal) {
      const { endpoint, pool } = await orAbort(located(), signal);
      const credentials = await orAbort(client.config.credentials(), signal);
      const body = Buffer.from(JSON.stringify(input), "utf8");
      const headers = {
        host: endpoint.authority,
        "content-type": CONTENT_TYPE,
        "content-length": String(body.length),
        "x-amz-target": `AmazonSQS.${action}`,
      };
      const path = endpoint.path;
      const toSign = { method: "POST", path, query: "", headers, payloadHash: sha256Hex(body) };
      const head = `POST ${path} HTTP/1.1\r\n${signer.signedLines(toSign, credentials, Date.now())}\r\n`;
      return documentOf(await pool.exchange({ method: "POST", head, body }, signal));
    },
    destroy() {
      destroyed = true;
      void place?.then(({ pool }) => pool.destroy()).catch(() => undefined);
    },
  };
}

function documentOf(answer: Answer): unknown {
  const document = parsed(answer.body);
  if (answer.status >= 200 && answer.status < 300) {
    if (document === undefined) throw failure("Unknown", "an answer that is no JSON", answer);
    return document;
  }
  const { __type, message, Message } = (document ?? {}) as Readonly<Record<string, unknown>>;
  // For clients of the older protocol the name stands in a header, "Name;Sender"; it is the one the API reference uses.
  const [queryName = ""] = (answer.headers["x-amzn-query-error"] ?? "").split(";");
  const name = typeof __type === "string" ? __type.slice(__type.lastIndexOf("#") + 1) : queryName;
  const text = [message, Message].find((value) => typeof value === "string");
  throw failure(name || "Unknown", text ?? `an answer with the status ${answer.status}`, answer);
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8")) as unknown;
  } catch {
    return undefined;
  }
}

function failure(name: string, message: string, { status, headers }: Answer): Error {
  const $metadata = { httpStatusCode: status, requestId: headers["x-amzn-requestid"] };
  return Object.assign(new Error(message), { name, $metadata });
}
