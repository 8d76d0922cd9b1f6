import { resourceTypeOfCode } from '../fhir/resource-type.ts';
import type { BuiltDocument } from './generation.ts';

/** A document of an unsealed generation as both engines keep it: the type as its code, the origin as JSON. */
export interface BuiltRow {
  readonly rid: number;
  readonly type: number;
  readonly id: string;
  readonly json: string;
  readonly origin: string | null;
}

/** What resolution sees of a row. */
export function builtDocument(row: BuiltRow): BuiltDocument {
  return {
    rid: row.rid,
    type: resourceTypeOfCode(row.type),
    id: row.id,
    json: row.json,
    origin: row.origin === null ? null : (JSON.parse(row.origin) as BuiltDocument['origin']),
  };
}
