/** What a reader of quotas may rely on, with the page that says so (Service Quotas API Reference). */
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ListServiceQuotasCommand,
  ListServicesCommand,
  ServiceQuotasClient,
} from "@aws-sdk/client-service-quotas";
import { asOperator, refused, useCloud } from "../local-cloud";

describe("Service Quotas contract on the local cloud", () => {
  const cloud = useCloud();
  let client: ServiceQuotasClient;
  beforeAll(() => {
    client = new ServiceQuotasClient(asOperator(cloud()));
  });
  afterAll(() => client.destroy());
  const spot = { ServiceCode: "fargate", QuotaCode: "L-36FBB829" };

  test("the applied value, and beside it AWS's default (API GetServiceQuota, GetAWSDefaultServiceQuota)", async () => {
    cloud().quotas.set("fargate", "L-36FBB829", 64);
    const { Quota } = await client.send(new GetServiceQuotaCommand(spot));
    expect(Quota).toMatchObject({
      ...spot,
      Value: 64,
      QuotaName: "Fargate Spot vCPU resource count",
      Adjustable: true,
    });
    const { Quota: initial } = await client.send(new GetAWSDefaultServiceQuotaCommand(spot));
    expect(initial).toMatchObject({ ...spot, Value: 6 });
  });

  test("all quotas of a service (API ListServiceQuotas)", async () => {
    const { Quotas } = await client.send(new ListServiceQuotasCommand({ ServiceCode: "fargate" }));
    expect(Quotas!.map((quota) => quota.QuotaCode)).toEqual(["L-3032A538", "L-36FBB829"]);
  });

  test("an unknown service or quota is NoSuchResourceException (API GetServiceQuota, Errors); what is not served is NotImplemented", async () => {
    const attempts = [
      client.send(new GetServiceQuotaCommand({ ...spot, QuotaCode: "L-NONE" })),
      client.send(new ListServiceQuotasCommand({ ServiceCode: "none" })),
    ];
    for (const attempt of attempts) expect(await refused(attempt)).toBe("NoSuchResourceException");
    expect(await refused(client.send(new ListServicesCommand({})))).toBe("NotImplemented");
    expect(cloud().log.entries({ service: "servicequotas", resource: "fargate/L-NONE" })).toMatchObject([
      { principal: "operator", operation: "GetServiceQuota", status: 400 },
    ]);
  });
});
