import { expectedVersion, mustBeAbsent } from '../fhir/entity-tag.ts';
import { checkResourceText } from '../fhir/resource-check.ts';
import type { ResourceContent } from '../fhir/resource-content.ts';
import type { Extraction } from '../fhir/search/extraction.ts';
import type { LinkRewriter } from '../fhir/structure/link-rewriter.ts';
import type { StructureCheck } from '../fhir/structure/structure-check.ts';
import { BulkWriter, type BulkWrites } from '../store/bulk-write.ts';
import type { DocumentWrite, Expectation } from '../store/write.ts';
import { type AskedReference, EntryLinks, type LinkPlace, restfulBase } from './entry-links.ts';
import { orderOf } from './entry-request.ts';
import { type EntryTarget, entryTargets, type Lookups, lookupsAfterDeletes } from './entry-target.ts';
import { patchLinks } from './patch-links.ts';
import { inEntry, type PlannedEntry, type TransactionPlan } from './transaction-plan.ts';

/** A resource as a patch of the transaction leaves it. */
export interface PatchedEntry {
  /** Position of the patch in the Bundle. */
  readonly index: number;
  readonly id: string;
  /** The version that was patched. */
  readonly version: number;
  readonly text: string;
}

/** What was looked up for a transaction. */
export interface Decisions {
  readonly lookups: Lookups;
  /** What conditional references were seen to lead to when everything was written, by `Type?query`. */
  readonly settled: Lookups;
  /** That what was looked up is still so. */
  readonly expectations: readonly Expectation[];
  readonly patched: readonly PatchedEntry[];
  /** Version of what never was there before. */
  readonly firstVersion: number;
}

/** The writes of a transaction, and which entry each of them is of. */
export interface TransactionWrites {
  readonly writes: BulkWrites;
  /** Position of the entry in the Bundle, by position of the write; -1 for those of no entry. */
  readonly entries: readonly number[];
  readonly targets: readonly EntryTarget[];
  /** The conditional references of what is written. */
  readonly references: readonly AskedReference[];
}

/** What the resources of a transaction are checked and changed with. */
export interface ResourceTools {
  readonly structure: StructureCheck;
  readonly extraction: Extraction;
  readonly rewriter: LinkRewriter;
}

/**
 * The writes that a transaction comes to, in R4's order, with the links between its resources put right. What it reads by
 * id is required to be there when everything has been written.
 *
 * @throws resource-invalid and whatever else is wrong with a resource, with its place; criteria-ambiguous, body-invalid where
 * two entries write the same resource
 */
export function transactionWrites(
  plan: TransactionPlan,
  { lookups, settled, expectations, patched, firstVersion }: Decisions,
  tools: ResourceTools,
): TransactionWrites {
  const patches = new Map(patched.map((each) => [each.index, each]));
  const targets = entryTargets(plan.entries, lookups, patches);
  const links = new EntryLinks(lookupsAfterDeletes(plan.entries, lookups), settled);
  addTargets(links, plan, targets, versionOf);
  const bulk = new BulkWriter();
  const entries: number[] = expectations.map(() => -1);
  for (const expectation of expectations) bulk.add(expectation);
  const sorted = [...plan.entries].sort(
    (a, b) => orderOf(a.request) - orderOf(b.request) || a.index - b.index,
  );
  for (const entry of sorted) {
    inEntry(entry.index, () => {
      for (const write of writesOf(entry, targets[entry.index]!, patches.get(entry.index))) {
        bulk.add({ ...write, entry: entry.index });
        entries.push(entry.index);
      }
    });
  }
  return { writes: bulk.end(), entries, targets, references: links.asked };

  /** The version that an entry is going to give, where that can be told before it is written. */
  function versionOf({ index, request }: PlannedEntry): number | undefined {
    switch (targets[index]!.action) {
      case 'create':
        return firstVersion;
      case 'patch':
        return patches.get(index)!.version + 1;
      case 'put': {
        const replaced = expectedVersion(request.headers['if-match']);
        return typeof replaced === 'number' ? replaced + 1 : undefined;
      }
      default:
        return undefined;
    }
  }

  function* writesOf(
    entry: PlannedEntry,
    target: EntryTarget,
    patch: PatchedEntry | undefined,
  ): Generator<DocumentWrite> {
    const ifMatch = expectedVersion(entry.request.headers['if-match']);
    const condition = ifMatch === undefined ? {} : { ifMatch };
    switch (target.action) {
      case 'delete':
        for (const id of target.ids) yield { kind: 'delete', type: target.type, id, ...condition };
        break;
      case 'create':
        yield { kind: 'create', content: contentOf(entry, target.type, target.id, true) };
        break;
      case 'put': {
        const content = contentOf(entry, target.type, target.id, target.assignId);
        const absent = mustBeAbsent(entry.request.headers['if-none-match']);
        yield { kind: 'put', content, ...condition, ...(absent && { ifAbsent: true as const }) };
        break;
      }
      case 'patch': {
        const { type, id } = target;
        const brought = patchLinks(entry.resource!);
        const linked = tools.rewriter.rewrite(patch!.text, type, (link, kind) =>
          brought.has(link) ? links.replacement(link, kind, placeOf(entry)) : undefined,
        );
        const expected = { type, id, assignId: false };
        const content = checkResourceText(linked, expected, tools.structure, tools.extraction);
        yield { kind: 'put', content, ifMatch: patch!.version };
        break;
      }
      case 'require':
        yield { kind: 'require', type: target.type, id: target.id };
    }
  }

  function contentOf(entry: PlannedEntry, type: string, id: string, assignId: boolean): ResourceContent {
    const { buffer, byteOffset, length } = entry.resource!;
    const text = Buffer.from(buffer, byteOffset, length).toString();
    const place = placeOf(entry);
    const linked = links.isEmpty
      ? text
      : tools.rewriter.rewrite(text, type, (link, kind) => links.replacement(link, kind, place));
    return checkResourceText(linked, { type, id, assignId }, tools.structure, tools.extraction);
  }
}

function placeOf({ index, fullUrl }: PlannedEntry): LinkPlace {
  return { index, base: restfulBase(fullUrl) };
}

function addTargets(
  links: EntryLinks,
  plan: TransactionPlan,
  targets: readonly EntryTarget[],
  versionOf: (entry: PlannedEntry) => number | undefined,
): void {
  for (const entry of plan.entries) {
    const { index, fullUrl, criteria } = entry;
    const target = targets[index]!;
    if (target.action === 'delete' || target.action === 'none') continue;
    const address = `${target.type}/${target.id}`;
    if (fullUrl !== undefined) links.add(fullUrl, address, versionOf(entry));
    if (criteria !== undefined) links.addCriteria(criteria, address);
  }
}
