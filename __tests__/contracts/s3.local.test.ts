/** The S3 contract on the local cloud. */
import { describeS3Contract } from "./s3";
import { localTarget } from "./s3/local-target";

describeS3Contract(localTarget);
