import { problemText } from "../../functions/starter/sdk-error";

test("a message that repeats the canonical request keeps its first paragraph only: there are tokens in the rest", () => {
  const canonical =
    "The Canonical String for this request should have been\n'POST\n/\n\nx-amz-security-token:secret\n'";
  const error = new Error(`The request signature we calculated does not match.\n\n${canonical}`);
  expect(problemText("RunTask", error)).toBe(
    "RunTask failed: Error: The request signature we calculated does not match.",
  );
});
