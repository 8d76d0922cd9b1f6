/** One step of a path. See https://hl7.org/fhirpath/N1/ */
export type PathStep =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  /** `ofType(T)`, `as(T)` */
  | { readonly kind: 'type'; readonly type: string }
  /** `where(member = 'value')` */
  | { readonly kind: 'equals'; readonly member: string; readonly value: string }
  /** `where(resolve() is T)` */
  | { readonly kind: 'resolves'; readonly type: string };

/** The plain kind of FHIRPath expression, which nearly all search parameters are. */
export interface ExpressionPath {
  /** Where it starts: at the resource, whatever the context is, or at the context. */
  readonly root: 'resource' | 'context';
  readonly steps: readonly PathStep[];
}

const STEP =
  /\.?(?:(?:ofType|as)\((?<type>\w+)\)|where\(resolve\(\) is (?<resolves>\w+)\)|where\((?<member>\w+) ?= ?'(?<value>[^']*)'\)|(?<name>\w+)(?!\w|\()|\[(?<index>\d+)\])/y;

/**
 * Reads one part of a union. Undefined for an expression that is more than a path: the FHIRPath engine has to
 * evaluate it.
 *
 * @param type the type at which the path may start by its name: `Patient.name`
 */
export function parsePath(expression: string, type: string): ExpressionPath | undefined {
  if (expression.startsWith('(')) {
    const end = closing(expression);
    const inner = parsePath(expression.slice(1, end), type);
    const rest = stepsOf(expression.slice(end + 1));
    return inner && rest && { root: inner.root, steps: [...inner.steps, ...rest] };
  }
  for (const [prefix, root] of [
    ['%resource', 'resource'],
    [type, 'context'],
    ['Resource', 'context'],
    ['DomainResource', 'context'],
  ] as const) {
    if (expression !== prefix && !expression.startsWith(`${prefix}.`)) continue;
    const steps = stepsOf(expression.slice(prefix.length));
    return steps && { root, steps };
  }
  const steps = stepsOf(expression);
  return steps && { root: 'context', steps };
}

function stepsOf(text: string): PathStep[] | undefined {
  const steps: PathStep[] = [];
  STEP.lastIndex = 0;
  for (let at = 0; at < text.length; at = STEP.lastIndex) {
    const groups = STEP.exec(text)?.groups;
    if (groups === undefined) return undefined;
    steps.push(stepOf(groups));
  }
  return steps;
}

function stepOf(groups: Readonly<Record<string, string | undefined>>): PathStep {
  const { type, resolves, member, value, name, index } = groups;
  if (type !== undefined) return { kind: 'type', type };
  if (resolves !== undefined) return { kind: 'resolves', type: resolves };
  if (member !== undefined) return { kind: 'equals', member, value: value! };
  if (index !== undefined) return { kind: 'index', index: Number(index) };
  return { kind: 'member', name: name! };
}

function closing(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return at;
  }
  return text.length;
}
