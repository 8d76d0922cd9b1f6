import { parse } from 'libpg-query';

/** A node of PostgreSQL's syntax tree; members are those of the server's own structures. */
// biome-ignore lint/suspicious/noExplicitAny: the tree has some four hundred shapes
export type Tree = { readonly [member: string]: any };

/** One node with its kind: `{SelectStmt: {…}}` in the parser's output. */
export interface Statement {
  readonly kind: string;
  readonly body: Tree;
}

/** The statements of a text, as the server's own parser reads them. Rejects for a text that it would not take. */
export async function statementsOf(sql: string): Promise<readonly Statement[]> {
  const { stmts = [] } = (await parse(sql)) as { stmts?: readonly { stmt: Tree }[] };
  return stmts.map(({ stmt }) => kindOf(stmt));
}

/** Takes `{Kind: body}` apart. */
export function kindOf(node: Tree): Statement {
  const [entry] = Object.entries(node);
  return { kind: entry![0], body: entry![1] };
}

/** Every node below one, itself included, with its kind; `into` says which are entered. */
export function* nodesIn(value: unknown, into: (kind: string) => boolean = () => true): Generator<Statement> {
  if (Array.isArray(value)) {
    for (const each of value) yield* nodesIn(each, into);
  } else if (typeof value === 'object' && value !== null) {
    for (const [kind, body] of Object.entries(value)) {
      if (/^[A-Z]/.test(kind)) yield { kind, body };
      if (!/^[A-Z]/.test(kind) || into(kind)) yield* nodesIn(body, into);
    }
  }
}

/** The parts of a condition that must all hold. */
export function conjuncts(condition: Tree | undefined): readonly Tree[] {
  if (condition === undefined) return [];
  const { BoolExpr } = condition;
  return BoolExpr?.boolop === 'AND_EXPR' ? BoolExpr.args.flatMap(conjuncts) : [condition];
}

/** Pairs that a conjunct makes equal: one for `a = b`, several for `(a, b) = (c, d)`. */
export function equalities(conjunct: Tree): readonly (readonly [Tree, Tree])[] {
  const { A_Expr } = conjunct;
  if (A_Expr?.kind !== 'AEXPR_OP' || A_Expr.name.at(-1).String.sval !== '=') return [];
  const { lexpr, rexpr } = A_Expr;
  if (lexpr.RowExpr === undefined || rexpr.RowExpr === undefined) return [[lexpr, rexpr]];
  return lexpr.RowExpr.args.map((each: Tree, index: number) => [each, rexpr.RowExpr.args[index]]);
}

/** True for a parameter or a literal, with or without a cast. */
export function isGiven(expression: Tree): boolean {
  if (expression.TypeCast !== undefined) return isGiven(expression.TypeCast.arg);
  return (
    expression.ParamRef !== undefined || (expression.A_Const !== undefined && !expression.A_Const.isnull)
  );
}
