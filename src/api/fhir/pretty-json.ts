const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** Minified JSON text with line breaks and indentation; numbers and strings stay as they are written. */
export function prettyJson(json: string): string {
  let text = '';
  let indent = '\n';
  let previous = '';
  for (const [token] of json.matchAll(TOKEN)) {
    const closes = token === '}' || token === ']';
    const opened = previous === '{' || previous === '[';
    if (closes) indent = indent.slice(0, -2);
    if ((closes && !opened) || (!closes && opened) || previous === ',') text += indent;
    text += token === ':' ? ': ' : token;
    if (token === '{' || token === '[') indent += '  ';
    previous = token;
  }
  return text;
}
