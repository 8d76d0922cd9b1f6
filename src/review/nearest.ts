/** How many names are worth showing. */
const MOST = 3;

/**
 * The names that most resemble `name`: at most three, nearest first, none that differs in more than a third of its
 * letters.
 */
export function nearest(name: string, names: Iterable<string>): readonly string[] {
  const limit = Math.max(1, Math.floor(name.length / 3));
  return [...names]
    .map((candidate) => ({ candidate, distance: distance(name, candidate) }))
    .filter((found) => found.distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST)
    .map((found) => found.candidate);
}

/** Levenshtein distance: inserted, deleted and replaced letters. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, above[column]! + 1, current[column - 1]! + 1));
    }
    above = current;
  }
  return above[b.length]!;
}
