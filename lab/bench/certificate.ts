/** A certificate for the loopback address, made anew for every benchmark over TLS. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import type { Certificate } from "../../local/http/front";

export interface MadeCertificate extends Certificate {
  /** Of the certificate, for NODE_EXTRA_CA_CERTS and AWS_CA_BUNDLE. */
  readonly path: string;
  remove(): Promise<void>;
}

export async function makeCertificate(): Promise<MadeCertificate> {
  const { private: key, cert } = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    keyType: "rsa",
    keySize: 2048,
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });
  const folder = await mkdtemp(join(tmpdir(), "s3-express-sync-bench-"));
  const path = join(folder, "certificate.pem");
  await writeFile(path, cert);
  return { key, cert, path, remove: () => rm(folder, { recursive: true, force: true }) };
}
