import { conjuncts, equalities, isGiven, kindOf, type Tree } from './syntax-tree.ts';

/** A table as one query names it. */
export interface Relation {
  readonly table: string;
  /** By what its columns are qualified. */
  readonly alias: string;
}

/** What one query reads from, subqueries not counted, and which of it is bound to one tenant. */
export class QueryScope {
  readonly relations: Relation[] = [];
  readonly #isTenantTable: (table: string) => boolean;
  /** Aliases that are made equal, given values as undefined. */
  readonly #links: (readonly [string | undefined, string | undefined])[] = [];
  readonly #outer: ReadonlySet<string>;

  constructor(
    isTenantTable: (table: string) => boolean,
    outer: ReadonlySet<string>,
    sources: readonly Tree[],
    where: Tree | undefined,
  ) {
    this.#isTenantTable = isTenantTable;
    this.#outer = outer;
    const joins: (() => void)[] = [];
    for (const source of sources) this.#add(source, joins);
    // Conditions name tables that may come after them.
    for (const join of joins) join();
    this.#bind(where, this.#tenantAliases());
  }

  /** Aliases whose `tenant_id` is made equal to a given value, directly or through each other. */
  bound(): ReadonlySet<string> {
    const bound = new Set(this.#outer);
    for (let before = -1; before !== bound.size; ) {
      before = bound.size;
      for (const [a, b] of this.#links) {
        if (a !== undefined && (b === undefined || bound.has(b))) bound.add(a);
        if (b !== undefined && (a === undefined || bound.has(a))) bound.add(b);
      }
    }
    return bound;
  }

  /** Tenant tables that no condition binds to one tenant. */
  unbound(): readonly Relation[] {
    const bound = this.bound();
    return this.relations.filter(({ table, alias }) => this.#isTenantTable(table) && !bound.has(alias));
  }

  /** Reads a source of FROM and gives the aliases in it; ON conditions are left for later. */
  #add(source: Tree, joins: (() => void)[]): readonly string[] {
    const { kind, body } = kindOf(source);
    if (kind === 'RangeVar') {
      const relation = { table: body.relname, alias: body.alias?.aliasname ?? body.relname };
      this.relations.push(relation);
      return [relation.alias];
    }
    if (kind !== 'JoinExpr') return [];
    const left = this.#add(body.larg, joins);
    const right = this.#add(body.rarg, joins);
    const all = [...left, ...right];
    // An outer join's condition keeps rows of its inner side alone.
    const restricted = { JOIN_INNER: all, JOIN_LEFT: right, JOIN_RIGHT: left }[body.jointype as string] ?? [];
    joins.push(() => {
      this.#bind(body.quals, restricted);
      const shared = body.usingClause?.some((name: Tree) => name.String.sval === 'tenant_id');
      if (shared && left.at(-1) !== undefined) this.#links.push([left.at(-1), right[0]]);
    });
    return all;
  }

  #bind(condition: Tree | undefined, restricted: readonly string[]): void {
    for (const conjunct of conjuncts(condition)) {
      for (const [a, b] of equalities(conjunct)) {
        const [left, right] = [this.#tenantOf(a), this.#tenantOf(b)];
        if (left !== undefined && restricted.includes(left) && (isGiven(b) || right !== undefined)) {
          this.#links.push([left, right]);
        } else if (right !== undefined && restricted.includes(right) && (isGiven(a) || left !== undefined)) {
          this.#links.push([right, left]);
        }
      }
    }
  }

  /** The alias whose `tenant_id` an expression is. */
  #tenantOf(expression: Tree): string | undefined {
    const names = expression.ColumnRef?.fields.map((field: Tree) => field.String?.sval) ?? [];
    if (names.at(-1) !== 'tenant_id') return undefined;
    return names.length > 1 ? names.at(-2) : this.#tenantAliases()[0];
  }

  #tenantAliases(): readonly string[] {
    return this.relations.map(({ alias }) => alias);
  }
}
