/** Names and ids of availability zones. Source: EC2 User Guide "AZ IDs". In AWS each account maps names to ids in its own way; here a is 1. */

const DIRECTIONS: readonly (readonly [word: string, short: string])[] = [
  ["northeast", "ne"],
  ["northwest", "nw"],
  ["southeast", "se"],
  ["southwest", "sw"],
  ["north", "n"],
  ["south", "s"],
  ["east", "e"],
  ["west", "w"],
  ["central", "c"],
];

/** "eu-north-1a" -> "eun1-az1". */
export function zoneId(zoneName: string): string {
  const [, area = "", direction = "", number = "", letter = "a"] = /^(\w+)-(\w+)-(\d+)([a-z])$/.exec(zoneName) ?? [];
  const short = DIRECTIONS.find(([word]) => word === direction)?.[1] ?? direction;
  return `${area}${short}${number}-az${letter.charCodeAt(0) - 96}`;
}
