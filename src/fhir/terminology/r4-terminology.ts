import { readFileSync } from 'node:fs';
import type { CodeSystemDefinition, DefinitionSource, ValueSetDefinition } from './definition.ts';
import { DISTILLED_TERMINOLOGY, type DistilledTerminology } from './distil-terminology.ts';

/** The value sets and code systems that R4 itself defines. Read at the first question. */
export class R4Terminology implements DefinitionSource {
  #definitions: DistilledTerminology | undefined;

  async valueSet(address: string): Promise<ValueSetDefinition | undefined> {
    return named(this.#read().valueSets, address);
  }

  async codeSystem(address: string): Promise<CodeSystemDefinition | undefined> {
    return named(this.#read().codeSystems, address);
  }

  #read(): DistilledTerminology {
    this.#definitions ??= JSON.parse(readFileSync(DISTILLED_TERMINOLOGY, 'utf8')) as DistilledTerminology;
    return this.#definitions;
  }
}

/** R4 and its terminology are of one version, with which a reference may be written. */
function named<Definition extends { readonly version?: string }>(
  definitions: Readonly<Record<string, Definition>>,
  address: string,
): Definition | undefined {
  const [url, version] = address.split('|');
  const found = Object.hasOwn(definitions, url!) ? definitions[url!] : undefined;
  return version === undefined || found?.version === version ? found : undefined;
}
