/**
 * A certificate for the loopback addresses and the authority that issued it, both made anew for every benchmark over TLS. Two of them, for
 * some tools refuse a server that is its own authority (rustls: CaUsedAsEndEntity).
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";
import type { Certificate } from "../../local/http/front";

export interface MadeCertificate extends Certificate {
  /** Of the authority, whose certificate is the one to trust. */
  readonly path: string;
  remove(): Promise<void>;
}

const KEYS = { keyType: "rsa", keySize: 2048, algorithm: "sha256" } as const;

export async function makeCertificate(): Promise<MadeCertificate> {
  const authority = await generate([{ name: "commonName", value: "s3-express-sync benchmark authority" }], {
    ...KEYS,
    extensions: [
      { name: "basicConstraints", cA: true, pathLenConstraint: 0, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: "commonName", value: "127.0.0.1" }], {
    ...KEYS,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 7, ip: "127.0.0.1" },
          { type: 2, value: "localhost" },
        ],
      },
    ],
  });
  const folder = await mkdtemp(join(tmpdir(), "s3-express-sync-bench-"));
  const path = join(folder, "authority.pem");
  await writeFile(path, authority.cert);
  return { key: server.private, cert: server.cert, path, remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Environment in which programs trust the authority, each by the variable it heeds: Node.js, the SDKs for Python and the AWS command
 * line, and what takes OpenSSL's (Go; rustls by way of rustls-native-certs; Python).
 */
export function trusting(path: string | undefined): Record<string, string> {
  return path === undefined ? {} : { NODE_EXTRA_CA_CERTS: path, AWS_CA_BUNDLE: path, SSL_CERT_FILE: path };
}
