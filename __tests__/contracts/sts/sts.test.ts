/** Who signs, as STS tells (API GetCallerIdentity). */
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { asOperator, refused, useCloud } from "../local-cloud";

describe("STS contract on the local cloud", () => {
  const cloud = useCloud({ accountId: "210987654321" });
  const as = async <T>(config: object, act: (client: STSClient) => Promise<T>): Promise<T> => {
    const client = new STSClient({ ...asOperator(cloud()), ...config });
    return act(client).finally(() => client.destroy());
  };
  const who = (client: STSClient) => client.send(new GetCallerIdentityCommand({}));

  test("account, ARN and id of whoever signs (API GetCallerIdentity)", async () => {
    expect(await as({}, who)).toMatchObject({
      Account: "210987654321",
      Arn: "arn:aws:iam::210987654321:user/operator",
      UserId: "AIDALOCALOPERATOR",
    });
    const credentials = cloud().principals.byName("worker")!;
    expect(await as({ credentials }, who)).toMatchObject({ Arn: "arn:aws:iam::210987654321:user/worker" });
  });

  test("an unknown key is InvalidClientTokenId, a wrong secret SignatureDoesNotMatch (STS API Reference, common errors)", async () => {
    const { accessKeyId } = cloud().principals.byName("operator")!;
    const attempt = (accessKeyId: string) => as({ credentials: { accessKeyId, secretAccessKey: "x" } }, who);
    expect(await refused(attempt("AKIANOBODY"))).toBe("InvalidClientTokenId");
    expect(await refused(attempt(accessKeyId))).toBe("SignatureDoesNotMatch");
  });

  test("what is not served is NotImplemented", async () => {
    const role = { RoleArn: "arn:aws:iam::210987654321:role/r", RoleSessionName: "s" };
    expect(await refused(as({}, (client) => client.send(new AssumeRoleCommand(role))))).toBe("NotImplemented");
  });
});
