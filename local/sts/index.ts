/** STS of the local cloud: who am I. Source: API GetCallerIdentity. */
import { makeQueryService } from "../http/query-service";
import type { Service } from "../http/service";

export function makeSts(accountId: string): Service {
  return makeQueryService({
    name: "sts",
    style: "query",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    operations: ["GetCallerIdentity"],
    resourceOf: () => undefined,
    call: (_operation, _form, { principal }) => ({
      Arn: `arn:aws:iam::${accountId}:user/${principal.name}`,
      UserId: principal.accessKeyId.replace(/^AKIA/, "AIDA"),
      Account: accountId,
    }),
  });
}
