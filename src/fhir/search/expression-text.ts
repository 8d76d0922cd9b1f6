/** The parts of a FHIRPath union, less parentheses around a whole part: `(A.b) | C.d` is `A.b` and `C.d`. */
export function unionParts(expression: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= expression.length; at++) {
    const mark = expression[at];
    if (mark === '(') depth++;
    else if (mark === ')') depth--;
    else if (mark === undefined || (mark === '|' && depth === 0)) {
      const part = expression.slice(start, at).trim();
      if (part !== '') parts.push(withoutParentheses(part));
      start = at + 1;
    }
  }
  return parts;
}

/** The type that an expression begins with, or undefined when it begins with a member. */
export function typeName(expression: string): string | undefined {
  return /^\(*([A-Z][A-Za-z]*)\b/.exec(expression)?.[1];
}

function withoutParentheses(text: string): string {
  if (!(text.startsWith('(') && text.endsWith(')'))) return text;
  let depth = 0;
  for (let at = 0; at < text.length - 1; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')') depth--;
    if (depth === 0) return text;
  }
  return withoutParentheses(text.slice(1, -1).trim());
}
