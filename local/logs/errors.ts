/** Errors of CloudWatch Logs. Source: the Errors section of each API page. */
import { CloudError } from "../http/service";

export function invalidParameter(message: string): CloudError {
  return new CloudError(400, "InvalidParameterException", message);
}

export function notFound(what: "log group" | "log stream"): CloudError {
  return new CloudError(400, "ResourceNotFoundException", `The specified ${what} does not exist.`);
}

/** What AWS serves and this cloud does not: said, never passed over. */
export function notHere(what: string): CloudError {
  return new CloudError(501, "NotImplemented", `The local cloud does not serve ${what}.`);
}
