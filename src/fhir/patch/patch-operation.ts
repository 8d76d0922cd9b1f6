import { WarmfhirError } from '../../errors.ts';
import { shown } from '../parse-resource.ts';
import { isLexicalObject, type Lexical, type LexicalObject, numberOf } from './lexical-json.ts';

export type OperationType = 'add' | 'insert' | 'delete' | 'replace' | 'move';

/** One operation of a FHIRPath Patch. https://hl7.org/fhir/R4/fhirpatch.html */
export interface PatchOperation {
  /** As errors call it. */
  readonly label: string;
  readonly type: OperationType;
  readonly path: string;
  /** Where it applies, the members are there; they are read by the operation's type. */
  readonly name?: string;
  /** The part that holds the value, with `value[x]`, `resource` or parts of its own. */
  readonly value?: LexicalObject;
  readonly index?: number;
  readonly source?: number;
  readonly destination?: number;
}

/** Longer paths than any that leads to one element. */
const LONGEST_PATH = 2000;

/** What each type of operation needs beside its path. */
const NEEDED: Readonly<Record<OperationType, readonly (keyof PatchOperation)[]>> = {
  add: ['name', 'value'],
  insert: ['index', 'value'],
  delete: [],
  replace: ['value'],
  move: ['source', 'destination'],
};

/** The operations of a Parameters resource in their order. Throws patch-malformed. */
export function readOperations(parameters: Lexical): readonly PatchOperation[] {
  if (!isLexicalObject(parameters) || parameters.resourceType !== 'Parameters') {
    throw malformed('A FHIRPath Patch is a Parameters resource.');
  }
  return objectsOf(parameters.parameter, 'parameter').map((parameter, index) => {
    const label = `Operation ${index}`;
    if (parameter.name !== 'operation') {
      throw malformed(`The parameter ${shown(parameter.name)} is unknown: a FHIRPath Patch has operations.`);
    }
    return readOperation(objectsOf(parameter.part, `${label}: part`), label);
  });
}

function readOperation(parts: readonly LexicalObject[], label: string): PatchOperation {
  const byName = new Map<string, LexicalObject>();
  for (const part of parts) {
    const name = String(part.name);
    if (byName.has(name)) throw malformed(`${label} has the part ${shown(name)} twice.`);
    byName.set(name, part);
  }
  const type = textOf(byName.get('type'));
  if (type === undefined || !Object.hasOwn(NEEDED, type)) {
    throw malformed(`${label} has the type ${shown(type)}: it is one of ${Object.keys(NEEDED).join(', ')}.`);
  }
  const path = textOf(byName.get('path'));
  if (path === undefined || path.length > LONGEST_PATH) {
    throw malformed(`${label} has no path of at most ${LONGEST_PATH} characters.`);
  }
  const operation: PatchOperation = {
    ...{ label, type: type as OperationType, path },
    ...member('name', textOf(byName.get('name'))),
    ...member('value', byName.get('value')),
    ...member('index', wholeNumberOf(byName.get('index'))),
    ...member('source', wholeNumberOf(byName.get('source'))),
    ...member('destination', wholeNumberOf(byName.get('destination'))),
  };
  const absent = NEEDED[operation.type].filter((key) => operation[key] === undefined);
  if (absent.length > 0) throw malformed(`${label} (${type}) lacks ${absent.join(', ')}.`);
  return operation;
}

function member(key: keyof PatchOperation, value: unknown): Partial<PatchOperation> {
  return value === undefined ? {} : { [key]: value };
}

function objectsOf(value: Lexical | undefined, place: string): readonly LexicalObject[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every(isLexicalObject)) return value;
  throw malformed(`The member ${place} is not a list of objects.`);
}

/** A text, whichever of the types for texts it has. */
function textOf(part: LexicalObject | undefined): string | undefined {
  const value = part?.valueString ?? part?.valueCode ?? part?.valueUri;
  return typeof value === 'string' ? value : undefined;
}

function wholeNumberOf(part: LexicalObject | undefined): number | undefined {
  const value = numberOf(part?.valueInteger ?? part?.valueUnsignedInt ?? part?.valuePositiveInt);
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

function malformed(detail: string): WarmfhirError {
  return new WarmfhirError('patch-malformed', detail);
}
