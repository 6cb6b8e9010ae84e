/** KMS of the local cloud: keys that can be described. Who may use them for objects is decided by `s3.denyKms`. Source: API DescribeKey. */
import type { Clock } from "../http/clock";
import { makeJsonService } from "../http/json-service";
import { randomUuid, type Random } from "../http/random";
import { CloudError, type Service } from "../http/service";

export type KeyState = "Enabled" | "Disabled" | "PendingDeletion";

export interface KeyInput {
  /** Without "alias/". */
  readonly alias?: string;
  readonly description?: string;
  /** Default "CUSTOMER"; "AWS" is a key like aws/s3. */
  readonly manager?: "CUSTOMER" | "AWS";
}

export interface Kms {
  /** @internal Where requests for it go. */
  readonly service: Service;
  /** Answers the key's ARN. */
  createKey(input?: KeyInput): string;
  /** @throws CloudError NotFoundException */
  setState(key: string, state: KeyState): void;
}

export interface KmsOptions {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly random: Random;
}

interface Key extends KeyInput {
  readonly id: string;
  readonly arn: string;
  readonly createdAt: number;
  state: KeyState;
}

export function makeKms({ region, accountId, clock, random }: KmsOptions): Kms {
  const keys: Key[] = [];
  const arnPrefix = `arn:aws:kms:${region}:${accountId}:`;
  /** By id, ARN, alias or the alias's ARN. */
  const find = (name: string): Key => {
    const short = name.startsWith(arnPrefix) ? name.slice(arnPrefix.length) : name;
    const isNamed = (key: Key) =>
      short === key.id || short === `key/${key.id}` || (key.alias !== undefined && short === `alias/${key.alias}`);
    const key = keys.find(isNamed);
    if (key === undefined) {
      const what = short.startsWith("alias/") ? "Alias" : "Key";
      const arn = `${arnPrefix}${/^(key|alias)\//.test(short) ? short : `key/${short}`}`;
      throw new CloudError(400, "NotFoundException", `${what} '${arn}' does not exist`);
    }
    return key;
  };
  return {
    service: makeJsonService({
      name: "kms",
      target: "TrentService.",
      version: "1.1",
      operations: ["DescribeKey"],
      resourceOf: (_operation, input) => (typeof input["KeyId"] === "string" ? input["KeyId"] : undefined),
      call: (_operation, input) => ({ KeyMetadata: shown(find(String(input["KeyId"])), accountId) }),
    }),
    createKey(input = {}) {
      const id = randomUuid(random);
      const key: Key = { ...input, id, arn: `${arnPrefix}key/${id}`, createdAt: clock.now(), state: "Enabled" };
      keys.push(key);
      return key.arn;
    },
    setState: (name, state) => void (find(name).state = state),
  };
}

function shown(key: Key, accountId: string): unknown {
  return {
    AWSAccountId: accountId,
    KeyId: key.id,
    Arn: key.arn,
    CreationDate: key.createdAt / 1000,
    Enabled: key.state === "Enabled",
    KeyState: key.state,
    Description: key.description ?? "",
    KeyManager: key.manager ?? "CUSTOMER",
    KeyUsage: "ENCRYPT_DECRYPT",
    KeySpec: "SYMMETRIC_DEFAULT",
    Origin: "AWS_KMS",
    MultiRegion: false,
  };
}
