import { describeEcsContract } from "./contract";
import { awsTarget, isOnAws, localTarget } from "./target";

describeEcsContract("the local cloud", localTarget);
if (isOnAws) describeEcsContract("AWS", awsTarget);
