import { fold } from './fold.ts';
import { type GatheredRows, items, members, text, type ValueIndexer } from './gathered-rows.ts';

/** The code system of media types, whose hierarchy is in their parameters. */
export const MEDIA_TYPES = 'urn:ietf:bcp:13';

/** How a media type is indexed that has parameters, beside its full text. */
export function withParameters(mediaType: string): string {
  return `${mediaType};`;
}

/** How codes are compared, which their code system decides. */
export interface CodeCase {
  /**
   * A code as rows hold it. In doubt case does not count, as R4 recommends.
   * See https://hl7.org/fhir/R4/search.html#token
   */
  compared(system: string, code: string): string;
}

/** The indexers of token parameters by the type of their values. `system` is that of the value set of a `code`. */
export function tokenIndexer(type: string, system: string, codeCase: CodeCase): ValueIndexer | undefined {
  const coding: ValueIndexer = (value, parameter, rows) => {
    const { system: itsSystem, code, display } = members(value);
    const codeSystem = text(itsSystem) ?? '';
    const known = text(code);
    if (known === undefined && codeSystem === '' && text(display) === undefined) return;
    rows.token.add([parameter, codeSystem, known === undefined ? '' : codeCase.compared(codeSystem, known)]);
    addText(display, parameter, rows);
  };
  switch (type) {
    case 'code':
      return (value, parameter, rows) => {
        const code = text(value);
        if (code === undefined) return;
        const compared = codeCase.compared(system, code);
        rows.token.add([parameter, system, compared]);
        const semicolon = system === MEDIA_TYPES ? compared.indexOf(';') : -1;
        if (semicolon > 0)
          rows.token.add([parameter, system, withParameters(compared.slice(0, semicolon).trim())]);
      };
    case 'Coding':
      return coding;
    case 'CodeableConcept':
      return (value, parameter, rows) => {
        const { coding: codings, text: itsText } = members(value);
        for (const item of items(codings)) coding(item, parameter, rows);
        addText(itsText, parameter, rows);
        if (text(itsText) !== undefined && !rows.token.holds(parameter)) rows.token.add([parameter, '', '']);
      };
    case 'Identifier':
      return indexIdentifier;
    case 'ContactPoint':
      return (value, parameter, rows) => {
        const known = text(members(value).value);
        if (known !== undefined) rows.token.add([parameter, '', known.toLowerCase()]);
      };
    case 'boolean':
      return (value, parameter, rows) => {
        if (typeof value === 'boolean') rows.token.add([parameter, '', String(value)]);
      };
    case 'string':
      return (value, parameter, rows) => {
        const known = text(value);
        if (known !== undefined) rows.token.add([parameter, '', known.toLowerCase()]);
      };
    case 'id':
    case 'uri':
      return (value, parameter, rows) => {
        const known = text(value);
        if (known !== undefined) rows.token.add([parameter, '', known]);
      };
    default:
      return undefined;
  }
}

/** An identifier, with a row for each code of its type. Its value is compared as it is written. */
const indexIdentifier: ValueIndexer = (value, parameter, rows) => {
  const { system, value: itsValue, type } = members(value);
  const known = text(itsValue) ?? '';
  const itsSystem = text(system) ?? '';
  if (known !== '' || itsSystem !== '') rows.token.add([parameter, itsSystem, known]);
  const { coding, text: typeText } = members(type);
  addText(typeText, parameter, rows);
  if (known === '') return;
  for (const item of items(coding)) {
    const { system: typeSystem, code } = members(item);
    const typeCode = text(code);
    if (typeCode === undefined) continue;
    rows.identifier.add([parameter, text(typeSystem) ?? '', ofTypeCode(typeCode, known)]);
  }
};

/** What a row for `:of-type` holds as its code. */
export function ofTypeCode(typeCode: string, value: string): string {
  return `${typeCode}|${value}`;
}

/** A row for `:text`. */
function addText(value: unknown, parameter: number, rows: GatheredRows): void {
  const known = text(value);
  if (known === undefined || !rows.texts) return;
  const folded = fold(known);
  if (folded !== '') rows.tokenText.add([parameter, folded]);
}
