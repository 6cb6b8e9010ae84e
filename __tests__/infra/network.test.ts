/** Where workers run: what is found in the VPC, and what is refused before anything is made. */
import { notFound, problemsOf, PROJECT, runProgram } from "../support/pulumi-program";

// The starter's code does not matter here, and making it takes most of a run.
jest.mock("@pulumi/pulumi/runtime/closure/codePaths", () => ({ computeCodePaths: () => Promise.resolve(new Map()) }));
jest.mock("@pulumi/pulumi/runtime/closure/serializeClosure", () => ({
  serializeFunction: () => Promise.resolve({ text: "//", exportName: "handler", containsSecrets: false }),
}));

const PRIVATE = { vpcId: "vpc-0a", subnetIds: "subnet-0a,subnet-0b", assignPublicIp: "false" };

describe("networks", () => {
  it.each([
    ["behind a NAT gateway", { natGatewayId: "nat-0" }],
    ["behind a transit gateway", { transitGatewayId: "tgw-0" }],
  ])("private subnets %s", async (_, way) => {
    const answers = { getRouteTable: () => ({ routes: [{ cidrBlock: "0.0.0.0/0", ...way }] }) };
    const ran = await runProgram(PRIVATE, { answers });
    expect(JSON.stringify(ran.find("aws:lambda/function:Function").inputs["environment"])).toContain(
      '"ASSIGN_PUBLIC_IP":"false"',
    );
    expect(ran.asked).not.toContain("getVpc");
  });

  it("private subnets with interface endpoints", async () => {
    const answers = {
      getRouteTable: () => ({ routes: [] }),
      getVpcEndpoint: ({ serviceName }: Readonly<Record<string, unknown>>) => ({ serviceName }),
    };
    expect(await problemsOf({ ...PRIVATE, vpcEndpoints: "existing" }, { answers })).toEqual([]);
  });

  describe("gateway endpoints that are there already", () => {
    const gateway =
      (tags: Record<string, string>, routeTableIds = ["rtb-0"]) =>
      ({ serviceName, filters }: Readonly<Record<string, unknown>>) => {
        const service = String(serviceName).split(".").at(-1)!;
        if (!["s3", "s3express"].includes(service)) throw notFound("no matching EC2 VPC Endpoint found");
        expect(filters).toEqual([
          { name: "vpc-endpoint-type", values: ["Gateway"] },
          { name: "vpc-endpoint-state", values: ["available", "pending"] },
        ]);
        return { tags, routeTableIds };
      };
    const none = (): never => {
      throw notFound("no matching EC2 VPC Endpoint found");
    };
    const several = (): never => {
      throw notFound("multiple EC2 VPC Endpoints matched; use additional constraints");
    };
    const refused = (services: string, setting: string): string =>
      `vpcEndpoints is create, but the VPC has a gateway endpoint for ${services} that is not this stack's, and a route table takes only one; set vpcEndpoints to ${setting}`;
    const another = gateway({ "s3-express-sync:stack": `${PROJECT}/prod` });
    const onlyS3 = (inputs: Readonly<Record<string, unknown>>): object =>
      String(inputs["serviceName"]).endsWith(".s3") ? another(inputs) : none();

    it.each<[string, (inputs: Readonly<Record<string, unknown>>) => object, Record<string, string>, readonly string[]]>(
      [
        ["of another stack", another, {}, [refused("s3, s3express", "existing")]],
        ["of another stack, taken as they are", another, { vpcEndpoints: "existing" }, []],
        ["of somebody, for s3 alone", onlyS3, {}, [refused("s3", "none")]],
        ["of this stack, whatever its tags", gateway({ Name: "x", "s3-express-sync:stack": `${PROJECT}/dev` }), {}, []],
        ["without a route table", gateway({}, []), {}, []],
        ["several, in tables of their own", several, { vpcEndpoints: "existing" }, []],
      ],
    )("%s", async (_, getVpcEndpoint, config, problems) => {
      expect(await problemsOf(config, { answers: { getVpcEndpoint } })).toEqual(problems);
    });

    it("this stack's are known by a tag that no setting takes away", async () => {
      const ran = await runProgram({ tags: '{"s3-express-sync:stack":"x","team":"storage"}' });
      for (const { inputs } of ran.all("aws:ec2/vpcEndpoint:VpcEndpoint")) {
        expect(inputs["tags"]).toMatchObject({ "s3-express-sync:stack": `${PROJECT}/dev`, team: "storage" });
      }
    });
  });

  it("a subnet without a table of its own goes by the VPC's main one", async () => {
    const answers = {
      getRouteTable: (inputs: Readonly<Record<string, unknown>>) => {
        if ("subnetId" in inputs) throw notFound("no matching route table");
        return { routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: "nat-0" }] };
      },
    };
    expect(await problemsOf(PRIVATE, { answers })).toEqual([]);
  });
});
