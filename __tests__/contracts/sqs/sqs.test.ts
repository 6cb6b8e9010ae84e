import { describeSqsContract } from "./contract";
import { awsTarget, isOnAws, localTarget } from "./target";

describeSqsContract("the local cloud", localTarget);
if (isOnAws) describeSqsContract("AWS", awsTarget, { canSkipHours: false });
