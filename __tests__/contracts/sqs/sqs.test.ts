import { describeSqsContract } from "./contract";
import { describeSqsOperatorContract } from "./operators";
import { awsTarget, isOnAws, localTarget } from "./target";

describeSqsContract("the local cloud", localTarget);
describeSqsOperatorContract("the local cloud", localTarget);
if (isOnAws) {
  describeSqsContract("AWS", awsTarget, { canSkipHours: false });
  describeSqsOperatorContract("AWS", awsTarget);
}
