/** The part of a CodeSystem that telling its codes takes. See https://hl7.org/fhir/R4/codesystem.html */
export interface CodeSystemDefinition {
  readonly url?: string;
  readonly version?: string;
  readonly content?: string;
  readonly hierarchyMeaning?: string;
  readonly concept?: readonly ConceptDefinition[];
}

export interface ConceptDefinition {
  readonly code?: string;
  readonly concept?: readonly ConceptDefinition[];
  readonly property?: readonly ConceptProperty[];
}

/** `code`, and one of `valueCode`, `valueString`, `valueBoolean` and the like. */
export type ConceptProperty = Readonly<Record<string, unknown>>;

/** The part of a ValueSet that telling its codes takes. See https://hl7.org/fhir/R4/valueset.html */
export interface ValueSetDefinition {
  readonly url?: string;
  readonly version?: string;
  readonly compose?: {
    readonly include?: readonly ValueSetPart[];
    readonly exclude?: readonly ValueSetPart[];
  };
  readonly expansion?: { readonly total?: number; readonly contains?: readonly ExpandedConcept[] };
}

/** Codes of one system, narrowed by value sets. */
export interface ValueSetPart {
  readonly system?: string;
  readonly version?: string;
  readonly concept?: readonly { readonly code?: string }[];
  readonly filter?: readonly ConceptFilter[];
  readonly valueSet?: readonly string[];
}

export interface ConceptFilter {
  readonly property?: string;
  readonly op?: string;
  readonly value?: string;
}

export interface ExpandedConcept {
  readonly system?: string;
  readonly code?: string;
  readonly abstract?: boolean;
  readonly contains?: readonly ExpandedConcept[];
}

/** Finds definitions by canonical address, with or without `|version`. Undefined where there is none. */
export interface DefinitionSource {
  valueSet(address: string): Promise<ValueSetDefinition | undefined>;
  codeSystem(address: string): Promise<CodeSystemDefinition | undefined>;
}
