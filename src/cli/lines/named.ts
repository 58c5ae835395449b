/** Width of the column of names. */
const NAME = 16;

/** A line of a list of names and values, which stand one below the other. */
export function named(name: string, value: string): string {
  return `${name.padEnd(NAME)}${value}`;
}
