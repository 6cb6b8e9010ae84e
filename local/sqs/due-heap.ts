/** A binary heap of things that fall due at a time. */

export interface Due<T> {
  readonly at: number;
  readonly what: T;
}

export class DueHeap<T> {
  private readonly items: Due<T>[] = [];

  get first(): Due<T> | undefined {
    return this.items[0];
  }

  push(at: number, what: T): void {
    const { items } = this;
    const added = { at, what };
    let i = items.length;
    items.push(added);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = items[parent];
      if (above === undefined || above.at <= at) break;
      items[i] = above;
      i = parent;
    }
    items[i] = added;
  }

  /** Takes out the earliest, if it is due at `now`. */
  popDue(now: number): T | undefined {
    const { items } = this;
    const top = items[0];
    if (top === undefined || top.at > now) return undefined;
    const last = items.pop();
    if (last === undefined || items.length === 0) return top.what;
    let i = 0;
    for (;;) {
      const left = items[2 * i + 1];
      if (left === undefined) break;
      const right = items[2 * i + 2];
      const child = right !== undefined && right.at < left.at ? 2 * i + 2 : 2 * i + 1;
      const smaller = items[child];
      if (smaller === undefined || last.at <= smaller.at) break;
      items[i] = smaller;
      i = child;
    }
    items[i] = last;
    return top.what;
  }

  clear(): void {
    this.items.length = 0;
  }
}
