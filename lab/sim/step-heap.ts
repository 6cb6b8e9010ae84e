/** A binary min-heap of steps, ordered by instant, then by luck, then by age. */

export interface Step {
  readonly at: number;
  readonly tie: number;
  readonly sequence: number;
  /** Undefined once cancelled. */
  run: (() => void) | undefined;
}

export class StepHeap {
  private readonly items: Step[] = [];

  push(step: Step): void {
    const { items } = this;
    let index = items.length;
    items.push(step);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = items[parent];
      if (above === undefined || !before(step, above)) break;
      items[index] = above;
      index = parent;
    }
    items[index] = step;
  }

  pop(): Step | undefined {
    const { items } = this;
    const first = items[0];
    const last = items.pop();
    if (first !== undefined && last !== undefined && items.length > 0) this.sink(last);
    return first;
  }

  private sink(step: Step): void {
    const { items } = this;
    let index = 0;
    for (;;) {
      const child = this.earlierChild(index);
      const below = items[child];
      if (below === undefined || !before(below, step)) break;
      items[index] = below;
      index = child;
    }
    items[index] = step;
  }

  private earlierChild(index: number): number {
    const left = this.items[2 * index + 1];
    const right = this.items[2 * index + 2];
    return left !== undefined && right !== undefined && before(right, left) ? 2 * index + 2 : 2 * index + 1;
  }
}

function before(a: Step, b: Step): boolean {
  if (a.at !== b.at) return a.at < b.at;
  if (a.tie !== b.tie) return a.tie < b.tie;
  return a.sequence < b.sequence;
}
