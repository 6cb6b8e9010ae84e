/** What each service answers to a request it cannot authenticate. Sources: each service's "Common Errors" page; S3 "Error responses". */
import { CloudError, type ServiceName } from "./service";

export function isS3(service: ServiceName): boolean {
  return service === "s3";
}

export function missingAuthentication(service: ServiceName): CloudError {
  return isS3(service)
    ? new CloudError(403, "AccessDenied", "Access Denied")
    : new CloudError(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
}

export function malformedAuthorization(service: ServiceName, message: string): CloudError {
  return isS3(service)
    ? new CloudError(400, "AuthorizationHeaderMalformed", message)
    : new CloudError(400, "IncompleteSignature", message);
}

export function unknownAccessKey(service: ServiceName, accessKeyId: string): CloudError {
  const message = "The security token included in the request is invalid.";
  switch (service) {
    case "s3":
      return new CloudError(
        403,
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
        { AWSAccessKeyId: accessKeyId },
      );
    case "sqs":
    case "sts":
    case "monitoring":
      return new CloudError(403, "InvalidClientTokenId", message);
    case "ec2":
      return authFailure();
    default:
      return new CloudError(service === "lambda" ? 403 : 400, "UnrecognizedClientException", message);
  }
}

export function wrongSignature(service: ServiceName, canonicalRequest: string, stringToSign: string): CloudError {
  const shown = `\n\nThe Canonical String for this request should have been\n'${canonicalRequest}'\n\nThe String-to-Sign should have been\n'${stringToSign}'\n`;
  const message =
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.";
  switch (service) {
    case "s3":
      return new CloudError(403, "SignatureDoesNotMatch", message + shown, {
        CanonicalRequest: canonicalRequest,
        StringToSign: stringToSign,
      });
    case "sqs":
    case "sts":
    case "monitoring":
      return new CloudError(403, "SignatureDoesNotMatch", message + shown);
    case "ec2":
      return authFailure();
    default:
      return new CloudError(service === "lambda" ? 403 : 400, "InvalidSignatureException", message + shown);
  }
}

/** EC2 says one thing for both. Source: EC2 API Reference "Error codes". */
function authFailure(): CloudError {
  return new CloudError(401, "AuthFailure", "AWS was not able to validate the provided access credentials");
}

export function tooSkewed(service: ServiceName, requestTime: string, serverMs: number): CloudError {
  const serverTime = new Date(serverMs).toISOString();
  switch (service) {
    case "s3":
      return new CloudError(
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        { RequestTime: requestTime, ServerTime: serverTime, MaxAllowedSkewMilliseconds: "900000" },
      );
    case "sqs":
    case "sts":
    case "ec2":
    case "monitoring":
      return new CloudError(403, "SignatureDoesNotMatch", `Signature expired: ${requestTime} against ${serverTime}`);
    default:
      return new CloudError(
        service === "lambda" ? 403 : 400,
        "InvalidSignatureException",
        `Signature expired: ${requestTime} against ${serverTime}`,
      );
  }
}

export function expiredToken(service: ServiceName): CloudError {
  return isS3(service)
    ? new CloudError(400, "ExpiredToken", "The provided token has expired.")
    : new CloudError(
        service === "sqs" ? 403 : 400,
        "ExpiredTokenException",
        "The security token included in the request is expired",
      );
}

export function invalidToken(service: ServiceName): CloudError {
  return isS3(service)
    ? new CloudError(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
    : unknownAccessKey(service, "");
}
