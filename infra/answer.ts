/** A data source's answer, or why there is none: they fail where something does not exist. */

export type Answer<T> = { readonly value: T } | { readonly error: string };

export async function answer<T>(asked: Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await asked };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { error: message.replace(/^invocation of \S+ returned an error: /, "") };
  }
}
