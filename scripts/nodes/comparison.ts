import { createHash } from 'node:crypto';
import { type MarkedDocument, type MarkedResource, sameState, versionOf } from './marked-document.ts';
import type { NodeSession } from './node-session.ts';
import { type Resource, type SourceModel, withoutServerMembers } from './source-model.ts';

const PAGE = 1_000;

/** Compares everything that a tenant holds with what was ingested and what its clients wrote. */
export class Comparison {
  readonly #source: SourceModel;
  /** Pages that were found right, by hash, with their number of entries: what no tenant changed is the same in all. */
  readonly #right = new Map<string, number>();
  /** How many documents were compared. */
  compared = 0;

  constructor(source: SourceModel) {
    this.#source = source;
  }

  /** @param documents all that the tenant's clients may have written */
  async compare(session: NodeSession, documents: readonly MarkedDocument[]): Promise<void> {
    const types = new Set([...this.#source.keys(), ...documents.map(({ type }) => type)]);
    for (const type of types) {
      const changed = new Map(documents.filter((each) => each.type === type).map((each) => [each.id, each]));
      await this.#compareType(session, type, changed);
    }
  }

  async #compareType(
    session: NodeSession,
    type: string,
    changed: ReadonlyMap<string, MarkedDocument>,
  ): Promise<void> {
    const source = this.#source.get(type) ?? new Map<string, string>();
    const expected = new Set(source.keys());
    for (const [id, document] of changed) {
      if (document.exists) expected.add(id);
      else expected.delete(id);
    }
    let path: string | undefined = `/fhir/${type}?_count=${PAGE}`;
    let found = 0;
    while (path !== undefined) {
      const reply = await session.read(path);
      if (reply === undefined) return;
      const begin = reply.body.indexOf('"entry":[');
      const { link } = JSON.parse(begin < 0 ? reply.body : `${reply.body.slice(0, begin)}"entry":[]}`) as {
        readonly link: readonly { readonly relation: string; readonly url: string }[];
      };
      if (begin >= 0) found += this.#comparePage(session, type, reply.body.slice(begin + 8), changed);
      const next = link.find(({ relation }) => relation === 'next')?.url;
      path = next === undefined ? undefined : new URL(next).pathname + new URL(next).search;
    }
    this.compared += found;
    if (found !== expected.size) {
      session.violation(`${found} documents of type ${type} instead of ${expected.size}`);
    }
  }

  /** Gives the number of entries. @param entries text from the bracket to the end of the Bundle */
  #comparePage(
    session: NodeSession,
    type: string,
    entries: string,
    changed: ReadonlyMap<string, MarkedDocument>,
  ): number {
    const hash = createHash('sha256')
      .update(entries.replaceAll(/"fullUrl":"[^"]*"/g, ''))
      .digest('base64');
    const isUntouched = changed.size === 0;
    const known = isUntouched ? this.#right.get(hash) : undefined;
    if (known !== undefined) return known;
    const parsed = JSON.parse(entries.slice(0, -1)) as readonly { readonly resource: Resource }[];
    const resources = parsed.map(({ resource }) => resource);
    let isRight = true;
    for (const resource of resources) {
      const document = changed.get(resource.id);
      const isEqual =
        document === undefined || document.isUntouched
          ? this.#source.get(type)?.get(resource.id) === withoutServerMembers(resource)
          : sameState(versionOf(resource as unknown as MarkedResource), document.current);
      if (!isEqual) session.violation(`${type}/${resource.id} is ${JSON.stringify(resource).slice(0, 300)}`);
      isRight &&= isEqual;
    }
    if (isUntouched && isRight) this.#right.set(hash, resources.length);
    return resources.length;
  }
}
