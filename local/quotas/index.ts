/** Service Quotas of the local cloud: a small table that can be set. Nothing here enforces them. Source: Service Quotas API Reference. */
import { makeJsonService } from "../http/json-service";
import { CloudError, type Service } from "../http/service";

interface Quota {
  readonly service: string;
  readonly serviceName: string;
  readonly code: string;
  readonly name: string;
  readonly initial: number;
  applied: number;
}

export interface Quotas {
  /** @internal Where requests for it go. */
  readonly service: Service;
  /** The applied value of this account, e.g. `set("fargate", "L-3032A538", 64)`. @throws CloudError NoSuchResourceException */
  set(serviceCode: string, quotaCode: string, value: number): void;
}

export interface QuotasOptions {
  readonly region: string;
  readonly accountId: string;
}

type Input = Readonly<Record<string, unknown>>;

/** Defaults of new accounts. Source: AWS General Reference "AWS Fargate endpoints and quotas". */
const TABLE: readonly Omit<Quota, "applied">[] = [
  {
    service: "fargate",
    serviceName: "AWS Fargate",
    code: "L-3032A538",
    name: "Fargate On-Demand vCPU resource count",
    initial: 6,
  },
  {
    service: "fargate",
    serviceName: "AWS Fargate",
    code: "L-36FBB829",
    name: "Fargate Spot vCPU resource count",
    initial: 6,
  },
];

export function makeQuotas({ region, accountId }: QuotasOptions): Quotas {
  const quotas: Quota[] = TABLE.map((quota) => ({ ...quota, applied: quota.initial }));
  const find = (service: unknown, code: unknown): Quota => {
    const quota = quotas.find((one) => one.service === service && one.code === code);
    if (quota === undefined) {
      throw new CloudError(
        400,
        "NoSuchResourceException",
        "The request failed because the specified service or quota does not exist.",
      );
    }
    return quota;
  };
  const shown = (quota: Quota, value: number) => ({
    ServiceCode: quota.service,
    ServiceName: quota.serviceName,
    QuotaArn: `arn:aws:servicequotas:${region}:${accountId}:${quota.service}/${quota.code}`,
    QuotaCode: quota.code,
    QuotaName: quota.name,
    Value: value,
    Unit: "None",
    Adjustable: true,
    GlobalQuota: false,
  });
  const operations: Readonly<Record<string, (input: Input) => unknown>> = {
    GetServiceQuota: (input) => {
      const quota = find(input["ServiceCode"], input["QuotaCode"]);
      return { Quota: shown(quota, quota.applied) };
    },
    GetAWSDefaultServiceQuota: (input) => {
      const quota = find(input["ServiceCode"], input["QuotaCode"]);
      return { Quota: shown(quota, quota.initial) };
    },
    ListServiceQuotas: (input) => {
      const found = quotas.filter(({ service }) => service === input["ServiceCode"]);
      if (found.length === 0) find(input["ServiceCode"], undefined);
      return { Quotas: found.map((quota) => shown(quota, quota.applied)) };
    },
  };
  return {
    service: makeJsonService({
      name: "servicequotas",
      target: "ServiceQuotasV20190624.",
      version: "1.1",
      operations: Object.keys(operations),
      resourceOf: (_operation, { ServiceCode: service, QuotaCode: code }) =>
        [service, code].filter((one) => typeof one === "string").join("/") || undefined,
      call: (operation, input) => operations[operation]?.(input),
    }),
    set: (service, code, value) => void (find(service, code).applied = value),
  };
}
