/** How many names are worth showing. */
const MOST = 3;

/** So many letters of a name are enough to tell what it was going to be. */
const BEGINNING = 3;

/** A longer name is not compared: none comes near it, and comparing takes time with its length. */
const LONGEST = 64;

/**
 * The names that most resemble `name`: at most three, nearest first, none that differs in more than a third of its
 * letters. Case does not count; names that `name` is the beginning of come behind the others.
 */
export function nearest(name: string, names: Iterable<string>): readonly string[] {
  if (name.length > LONGEST) return [];
  const lower = name.toLowerCase();
  const limit = Math.max(1, Math.floor(name.length / 3));
  return [...names]
    .filter((candidate) => candidate !== name)
    .map((candidate) => {
      const begins = lower.length >= BEGINNING && candidate.toLowerCase().startsWith(lower);
      return { candidate, begins, distance: distance(lower, candidate.toLowerCase()) };
    })
    .filter((found) => found.begins || found.distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST)
    .map((found) => found.candidate);
}

/** Inserted, deleted, replaced and swapped letters. */
function distance(a: string, b: string): number {
  let twoAbove: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
          ? twoAbove[column - 2]! + 1
          : Number.POSITIVE_INFINITY;
      current.push(Math.min(replaced, swapped, above[column]! + 1, current[column - 1]! + 1));
    }
    twoAbove = above;
    above = current;
  }
  return above[b.length]!;
}
