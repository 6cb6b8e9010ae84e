/** Region, zone and names: whether they can belong together at all. */
import {
  DIRECTORY_BUCKET_RULES,
  EXPRESS_ZONES,
  isGeneralPurposeBucketName,
  parseDirectoryBucketName,
  regionOfZone,
} from "../../../core/zones";
import type { System } from "../../../core/system";
import { type Check, type Finding, ok, problem, warning } from "../check";

export const placeCheck: Check = {
  id: "place",
  title: "Region, zone and names",
  run: ({ system }) => Promise.resolve(judgePlace(system)),
};

export function judgePlace({ region, sourceBucket, destinationBucket }: System): readonly Finding[] {
  const parsed = parseDirectoryBucketName(destinationBucket);
  if (!isGeneralPurposeBucketName(sourceBucket)) {
    return [problem(`${sourceBucket} is no name of a general purpose bucket`, "Set sourceBucket to one.")];
  }
  if (parsed === undefined) {
    return [
      problem(
        `${destinationBucket} is no name of a directory bucket`,
        `Set destinationBucket to a name like ${DIRECTORY_BUCKET_RULES}.`,
      ),
    ];
  }
  const { zoneId } = parsed;
  const home = regionOfZone(zoneId);
  if (home === undefined) {
    const known = Object.hasOwn(EXPRESS_ZONES, region) ? (EXPRESS_ZONES[region] ?? []).join(", ") : "none known";
    return [
      warning(
        `zone ${zoneId} is not in this tool's table (of ${region}: ${known})`,
        `Make sure that ${zoneId} is a zone of ${region} with S3 Express One Zone.`,
      ),
    ];
  }
  if (home !== region) {
    return [
      problem(
        `${destinationBucket} is in ${zoneId} of ${home}, the system in ${region}`,
        "Both buckets and the system must be in one Region: copies across Regions do not work (API CopyObject).",
      ),
    ];
  }
  return [ok(`${zoneId} is a zone of ${region}`)];
}
