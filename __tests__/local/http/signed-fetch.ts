/** A signed request made by hand, for protocols the installed SDK does not speak. */
import { createHash, createHmac } from "node:crypto";
import type { Cloud } from "../../../local/cloud";

export interface SignedRequest {
  readonly method: string;
  /** Without characters that need encoding. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export async function signedFetch(
  cloud: Cloud,
  principal: string,
  service: string,
  request: SignedRequest,
): Promise<Response> {
  const { accessKeyId, secretAccessKey } = cloud.principals.byName(principal)!;
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/${cloud.region}/${service}/aws4_request`;
  const host = new URL(cloud.endpoint).host;
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const [path = "", query = ""] = request.path.split("?");
  const canonical = `${request.method}\n${path}\n${query}\nhost:${host}\nx-amz-date:${time}\n\nhost;x-amz-date\n${hash(request.body ?? "")}`;
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash(canonical)}`;
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=host;x-amz-date, Signature=${hmac(key, toSign).toString("hex")}`;
  return fetch(`${cloud.endpoint}${request.path}`, {
    method: request.method,
    headers: { ...request.headers, "x-amz-date": time, authorization },
    ...(request.body !== undefined && { body: request.body }),
  });
}
