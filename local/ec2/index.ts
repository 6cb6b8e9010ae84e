/** EC2 of the local cloud: the network around tasks, to be read. Tasks are processes here, so nothing of it carries packets. */
import { makeQueryService } from "../http/query-service";
import type { Random } from "../http/random";
import type { Service } from "../http/service";
import { NetworkModel, type Network } from "./network";
import { OPERATIONS } from "./operations";

export type { Network, Route } from "./network";

export interface Ec2Options {
  readonly region: string;
  readonly accountId: string;
  readonly random: Random;
}

export interface Ec2 {
  /** @internal Where requests for it go. */
  readonly service: Service;
  readonly network: Network;
}

export function makeEc2({ region, accountId, random }: Ec2Options): Ec2 {
  const network = new NetworkModel(region, random);
  return {
    network,
    service: makeQueryService({
      name: "ec2",
      style: "ec2",
      namespace: "http://ec2.amazonaws.com/doc/2016-11-15/",
      operations: Object.keys(OPERATIONS),
      resourceOf: (_operation, form) =>
        [...form].find(([name]) => /^(Vpc|Subnet|RouteTable|VpcEndpoint|Group)Id\.1$/.test(name))?.[1],
      call: (operation, form) => OPERATIONS[operation]?.(form, { network, accountId }) ?? {},
    }),
  };
}
