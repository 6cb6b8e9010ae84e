/** What the files of the destination bucket share. */
import type { CopyObjectResult } from "@aws-sdk/client-s3";
import type { CopyResult } from "../core/ports";
import type { ChecksumAlgorithm, FullObjectChecksum } from "../core/state";
import type { S3Call } from "./call";
import { isFullObject } from "./object-headers";

export interface DestinationContext {
  readonly call: S3Call;
  readonly name: string;
  readonly sourceBucket: string;
  readonly encryption: Encryption;
}

export interface Encryption {
  readonly ServerSideEncryption?: "aws:kms";
  readonly SSEKMSKeyId?: string;
}

type Checksums = Pick<CopyObjectResult, "ChecksumCRC32" | "ChecksumCRC32C" | "ChecksumCRC64NVME" | "ChecksumType">;

/** The checksum that was asked for, out of the answer to a copy or a Complete. */
export function copyResult(result: Checksums, algorithm: ChecksumAlgorithm | undefined): CopyResult {
  const value = algorithm === undefined ? undefined : result[`Checksum${algorithm}`];
  if (algorithm === undefined || value === undefined || !isFullObject(result.ChecksumType, value)) return {};
  const checksum: FullObjectChecksum = { algorithm, value };
  return { checksum };
}
