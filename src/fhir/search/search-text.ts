const ESCAPED: ReadonlySet<string> = new Set([',', '|', '$', '\\']);

/**
 * The pieces of a search value between separators. A backslash takes its meaning from a separator; it stays where it is,
 * so that pieces can be taken apart further. See https://hl7.org/fhir/R4/search.html#escaping
 */
export function pieces(value: string, separator: ',' | '|' | '$'): string[] {
  if (!value.includes('\\')) return value.split(separator);
  const found: string[] = [];
  let start = 0;
  for (let at = 0; at < value.length; at++) {
    if (value[at] === '\\' && ESCAPED.has(value[at + 1] ?? '')) at++;
    else if (value[at] === separator) {
      found.push(value.slice(start, at));
      start = at + 1;
    }
  }
  found.push(value.slice(start));
  return found;
}

/** Whether a backslash stands before anything but `,` `|` `$` `\`, which R4 does not allow. */
export function hasWrongEscape(value: string): boolean {
  return value.includes('\\') && /\\(?![,|$])/.test(value.replaceAll('\\\\', ''));
}

/** What a piece says, whose escapes are right. */
export function unescaped(piece: string): string {
  return piece.includes('\\') ? piece.replace(/\\([,|$\\])/g, '$1') : piece;
}
