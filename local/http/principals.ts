/** Who may sign requests. Can change while the cloud runs, so that rotated and revoked keys can be tested. */
import { expiredToken, invalidToken, unknownAccessKey } from "./auth-errors";
import type { Principal, Service, ServiceName, SessionCredentials } from "./service";

export interface Identity {
  readonly principal: Principal;
  readonly secretAccessKey: string;
  readonly session?: SessionCredentials;
}

export class Principals {
  private readonly byKey = new Map<string, Principal>();

  constructor(principals: readonly Principal[] = []) {
    for (const principal of principals) this.add(principal);
  }

  add(principal: Principal): void {
    this.byKey.set(principal.accessKeyId, principal);
  }

  /** Its next request is answered InvalidAccessKeyId. */
  remove(accessKeyId: string): void {
    this.byKey.delete(accessKeyId);
  }

  /** The principal of that name that was added last. */
  byName(name: string): Principal | undefined {
    return [...this.byKey.values()].reverse().find((principal) => principal.name === name);
  }

  list(): Principal[] {
    return [...this.byKey.values()];
  }

  /**
   * @internal Who an access key belongs to, the token that came with it included.
   * @throws CloudError InvalidAccessKeyId, InvalidToken or ExpiredToken, in the service's own words.
   */
  identify(
    accessKeyId: string,
    service: ServiceName,
    tokens: { readonly security: string | undefined; readonly session: string | undefined },
    lookup: Service["sessionPrincipal"],
  ): Identity {
    const principal = this.byKey.get(accessKeyId);
    if (principal !== undefined) {
      if (principal.sessionToken !== tokens.security) throw invalidToken(service);
      return { principal, secretAccessKey: principal.secretAccessKey };
    }
    const session = lookup?.(accessKeyId);
    if (session === "expired") throw expiredToken(service);
    if (session === undefined) throw unknownAccessKey(service, accessKeyId);
    if (tokens.session !== session.sessionToken) throw invalidToken(service);
    return { principal: session.principal, secretAccessKey: session.secretAccessKey, session };
  }
}
