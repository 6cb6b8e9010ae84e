/** Signatures: the same as those of the SDK's own signer, for any request, and the keys are made once a day. */
import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { EMPTY_SHA256, makeSigner, type Signer, sha256Hex } from "../../../aws/lean/signer";
import { encodePath } from "../../../core/keys";

/** What @smithy/signature-v4 wants of a hash. */
class Sha256 {
  private readonly hash;
  constructor(secret?: string | Uint8Array) {
    this.hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret);
  }
  update(data: string | Uint8Array): void {
    this.hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }
  reset(): void {}
}

const key = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
const credentials = fc.record({
  accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/),
  secretAccessKey: fc.stringMatching(/^[\w/+]{20,40}$/),
  sessionToken: fc.option(fc.stringMatching(/^[\w/+=]{10,60}$/), { nil: undefined }),
});
const meta = fc.dictionary(
  fc.stringMatching(/^x-amz-meta-[a-z0-9]{1,8}$/),
  fc.stringMatching(/^[!-~]{0,8}( {1,3}[!-~]{1,8}){0,2}$/),
  {
    maxKeys: 4,
    noNullPrototype: true,
  },
);

test("equal those of the SDK's signer", async () => {
  await fc.assert(
    fc.asyncProperty(
      key,
      credentials,
      meta,
      fc.constantFrom("s3", "s3express"),
      fc.date({ min: new Date("2024-01-01"), max: new Date("2040-01-01"), noInvalidDate: true }),
      async (objectKey, who, headers, service, when) => {
        const path = `/bucket/${encodePath(objectKey)}`;
        const own = signedBy(
          makeSigner({ region: "eu-north-1", service }),
          {
            method: "PUT",
            path,
            query: "partNumber=7&uploadId=u%2F1",
            headers: { host: "h:1", ...headers },
            payloadHash: EMPTY_SHA256,
          },
          who,
          when.getTime(),
        );
        const theirs = new SignatureV4({
          region: "eu-north-1",
          service,
          credentials: {
            ...who,
            ...(who.sessionToken === undefined ? {} : { sessionToken: who.sessionToken }),
          } as never,
          sha256: Sha256 as never,
          uriEscapePath: false,
        });
        const signed = await theirs.sign(
          {
            method: "PUT",
            protocol: "https:",
            hostname: "h:1",
            path,
            query: { partNumber: "7", uploadId: "u/1" },
            headers: { host: "h:1", ...headers },
          } as never,
          { signingDate: when },
        );
        expect(own["authorization"]).toBe(
          (signed as unknown as { headers: Record<string, string> }).headers["authorization"],
        );
      },
    ),
    { numRuns: 200 },
  );
});

test("a header is signed by its bytes, UTF-8 or not", () => {
  const signer = makeSigner({ region: "r", service: "s3" });
  const of = (value: string) =>
    signedBy(
      signer,
      { method: "PUT", path: "/", query: "", headers: { host: "h", "x-amz-meta-n": value }, payloadHash: EMPTY_SHA256 },
      { accessKeyId: "A", secretAccessKey: "s" },
      0,
    )["authorization"];
  const canonical = (value: string): string => {
    const names = "host;x-amz-content-sha256;x-amz-date;x-amz-meta-n";
    const text = `PUT\n/\n\nhost:h\nx-amz-content-sha256:${EMPTY_SHA256}\nx-amz-date:19700101T000000Z\nx-amz-meta-n:${value}\n\n${names}\n${EMPTY_SHA256}`;
    const steps = ["19700101", "r", "s3", "aws4_request"];
    const signingKey = steps.reduce<Buffer | string>(
      (by, step) => createHmac("sha256", by).update(step).digest(),
      "AWS4s",
    );
    const toSign = `AWS4-HMAC-SHA256\n19700101T000000Z\n19700101/r/s3/aws4_request\n${sha256Hex(Buffer.from(text, "latin1"))}`;
    return createHmac("sha256", signingKey).update(toSign).digest("hex");
  };
  for (const value of ["\xc3\xbc", "\xff\xfe", "plain"]) expect(of(value)).toContain(`Signature=${canonical(value)}`);
});

test("another day, another id and another secret each are another key", () => {
  const signer = makeSigner({ region: "r", service: "s3" });
  const day = 86_400_000;
  const of = (accessKeyId: string, secretAccessKey: string, now: number) =>
    signedBy(
      signer,
      { method: "GET", path: "/", query: "", headers: { host: "h" }, payloadHash: EMPTY_SHA256 },
      { accessKeyId, secretAccessKey },
      now,
    )["authorization"];
  const fresh = (...args: Parameters<typeof of>) =>
    signedBy(
      makeSigner({ region: "r", service: "s3" }),
      { method: "GET", path: "/", query: "", headers: { host: "h" }, payloadHash: EMPTY_SHA256 },
      { accessKeyId: args[0], secretAccessKey: args[1] },
      args[2],
    )["authorization"];
  const calls: Parameters<typeof of>[] = [
    ["A", "s", 0],
    ["A", "s", 1_000],
    ["A", "other", 1_000],
    ["B", "s", 1_000],
    ["B", "s", day],
    ["A", "s", 0],
  ];
  for (const call of calls) expect(of(...call)).toBe(fresh(...call));
  expect(new Set(calls.map((call) => of(...call))).size).toBe(5);
});

test("what is kept of frozen headers changes nothing: neither the second, nor the key, the token or the body", () => {
  const headers = Object.freeze({ host: "h", "x-amz-checksum-mode": "ENABLED" });
  const frozen = makeSigner({ region: "r", service: "s3" });
  fc.assert(
    fc.property(
      key,
      credentials,
      fc.constantFrom(0, 999, 1_000, 86_400_000),
      fc.constantFrom(EMPTY_SHA256, "UNSIGNED-PAYLOAD"),
      fc.boolean(),
      (path, who, now, payloadHash, other) => {
        const given = other ? Object.freeze({ host: "other" }) : headers;
        const request = { method: "HEAD", path: `/${path}`, query: "", payloadHash };
        const fresh = makeSigner({ region: "r", service: "s3" });
        expect(frozen.signedLines({ ...request, headers: given }, who, now)).toBe(
          fresh.signedLines({ ...request, headers: { ...given } }, who, now),
        );
      },
    ),
  );
});

test.each<
  [
    string,
    Partial<{ now: number; accessKeyId: string; secretAccessKey: string; sessionToken: string; payloadHash: string }>,
  ]
>([
  ["the second", { now: 1_000 }],
  ["the day", { now: 86_400_000 }],
  ["the access key", { accessKeyId: "B" }],
  ["the secret", { secretAccessKey: "other" }],
  ["the token", { sessionToken: "another" }],
  ["the body", { payloadHash: "UNSIGNED-PAYLOAD" }],
])("the same frozen headers right after: only %s is another", (_, change) => {
  const base = { now: 0, accessKeyId: "A", secretAccessKey: "s", sessionToken: "t", payloadHash: EMPTY_SHA256 };
  const signed = (signer: Signer, headers: Readonly<Record<string, string>>, how: typeof base): string => {
    const { now, payloadHash, ...who } = how;
    return signer.signedLines({ method: "HEAD", path: "/k", query: "", payloadHash, headers }, who, now);
  };
  const headers = Object.freeze({ host: "h" });
  const kept = makeSigner({ region: "r", service: "s3" });
  const changed = { ...base, ...change };
  signed(kept, headers, base);
  const after = signed(kept, headers, changed);
  expect(after).toBe(signed(makeSigner({ region: "r", service: "s3" }), { ...headers }, changed));
  expect(after).not.toBe(signed(kept, headers, base));
});

/** The headers of the signed lines, by name. */
function signedBy(signer: Signer, ...args: Parameters<Signer["signedLines"]>): Record<string, string> {
  const lines = signer.signedLines(...args).split("\r\n");
  expect(lines.pop()).toBe("");
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]),
  );
}
