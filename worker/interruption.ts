/** Control flow that is not an error: the work on a key ends here, through no fault of the key. */
export class Interruption extends Error {
  constructor(
    /** `stopping`: hand the key off. `lease-lost`: no message for it is held; write nothing more (rule 5). */
    readonly kind: "stopping" | "lease-lost",
  ) {
    super(kind);
    this.name = "Interruption";
  }
}
