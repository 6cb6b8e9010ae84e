/** What a reader of KMS keys may rely on, with the page that says so (API DescribeKey). */
import { DescribeKeyCommand, KMSClient, ListKeysCommand } from "@aws-sdk/client-kms";
import { asOperator, refused, useCloud } from "../local-cloud";

describe("KMS contract on the local cloud", () => {
  const cloud = useCloud();
  let client: KMSClient;
  beforeAll(() => {
    client = new KMSClient(asOperator(cloud()));
  });
  afterAll(() => client.destroy());
  const key = async (KeyId: string) => (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata;

  test("a key by its ARN, id, alias and the alias's ARN (API DescribeKey, KeyId)", async () => {
    const arn = cloud().kms.createKey({ alias: "sync" });
    const id = arn.slice(arn.lastIndexOf("/") + 1);
    const aliasArn = arn.replace(`key/${id}`, "alias/sync");
    for (const name of [arn, id, "alias/sync", aliasArn]) {
      expect(await key(name)).toMatchObject({ Arn: arn, KeyId: id, Enabled: true, KeyManager: "CUSTOMER" });
    }
  });

  test("its state, and who manages it (API KeyMetadata)", async () => {
    const arn = cloud().kms.createKey({ alias: "aws/s3", manager: "AWS" });
    expect(await key("alias/aws/s3")).toMatchObject({ Arn: arn, KeyManager: "AWS", KeyState: "Enabled" });
    cloud().kms.setState(arn, "PendingDeletion");
    expect(await key(arn)).toMatchObject({ KeyState: "PendingDeletion", Enabled: false });
  });

  test("an unknown key is NotFoundException (API DescribeKey, Errors); what is not served is NotImplemented", async () => {
    expect(await refused(key("alias/none"))).toBe("NotFoundException");
    expect(await refused(client.send(new ListKeysCommand({})))).toBe("NotImplemented");
    expect(cloud().log.entries({ service: "kms", resource: "alias/none" })).toMatchObject([
      { principal: "operator", operation: "DescribeKey", errorCode: "NotFoundException" },
    ]);
  });
});
