/** Random durations out of uniform numbers. Pure but for the generator. */
import type { Random } from "../sim/random";

/** Mean 1. */
export function exponential(random: Random): number {
  return -Math.log(1 - random.next());
}

/** @param spread the factor of one standard deviation; 1 is no luck at all */
export function lognormal(random: Random, median: number, spread: number): number {
  return median * Math.exp(Math.log(spread) * normal(random));
}

/** How long `count` arrivals of a Poisson process take, as a multiple of the mean distance. */
export function gamma(random: Random, count: number): number {
  if (count > EXACT) return Math.max(0, count + Math.sqrt(count) * normal(random));
  let sum = 0;
  for (let index = 0; index < count; index++) sum += exponential(random);
  return sum;
}

/** Above this a sum of exponentials is normal for every purpose here. */
const EXACT = 30;

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
