/** An element of a StructureDefinition, as far as the structure of resources is about it. */
export interface PublishedElement {
  readonly id: string;
  readonly path: string;
  readonly min: number;
  readonly max: string;
  readonly isSummary?: boolean;
  readonly base?: unknown;
  readonly contentReference?: string;
  readonly slicing?: unknown;
  readonly sliceName?: string;
  readonly type?: readonly { readonly code: string; readonly extension?: unknown }[];
}

/** What the publisher has put in that R4 does not have, its own or of a later FHIR. With it goes what stands within. */
const ADDED: ReadonlySet<string> = new Set([
  ...within('Meta', 'project', 'author', 'onBehalfOf', 'account', 'accounts', 'compartment', 'deleted'),
  ...within('Binary', 'url'),
  ...within('DeviceDefinition', 'classification', 'bodySite'),
  ...within('HealthcareService', 'offeredIn'),
  ...within('ObservationDefinition', 'publisher'),
  ...within('ResearchStudy', 'name', 'label', 'studyDesign', 'region', 'descriptionSummary', 'classifier'),
  ...within('ResearchStudy', 'associatedParty', 'progressStatus', 'whyStopped', 'recruitment', 'result'),
  ...within('ResearchStudy', 'comparisonGroup', 'objective.description', 'outcomeMeasure'),
  ...within('EvidenceVariable.characteristic', 'linkId', 'note', 'definitionReference', 'definitionId'),
  ...within('EvidenceVariable.characteristic', 'definitionCanonical', 'definitionCodeableConcept'),
  ...within('EvidenceVariable.characteristic', 'definitionExpression', 'definitionByTypeAndValue'),
  ...within('EvidenceVariable.characteristic', 'definitionByCombination', 'instances[x]', 'duration[x]'),
  ...within('EvidenceVariable.characteristic', 'timeFromEvent'),
]);

/** What the publisher has left out. See https://hl7.org/fhir/R4/evidencevariable.html */
const LEFT_OUT: Readonly<Record<string, readonly PublishedElement[]>> = {
  EvidenceVariable: [
    {
      ...element(
        'EvidenceVariable.characteristic.definition[x]',
        ...([1, '1', 'Reference', 'canonical', 'CodeableConcept'] as const),
        ...['Expression', 'DataRequirement', 'TriggerDefinition'],
      ),
      isSummary: true,
    },
    element('EvidenceVariable.characteristic.usageContext', 0, '*', 'UsageContext'),
    element(
      'EvidenceVariable.characteristic.participantEffective[x]',
      ...([0, '1', 'dateTime', 'Period', 'Duration', 'Timing'] as const),
    ),
    element('EvidenceVariable.characteristic.timeFromStart', 0, '1', 'Duration'),
    element('EvidenceVariable.characteristic.groupMeasure', 0, '1', 'code'),
  ],
};

/** What the publisher has made optional. */
const MANDATORY: ReadonlySet<string> = new Set(['EvidenceVariable.characteristic']);

/**
 * The elements of a type as R4 4.0.1 has them. What is published is R4 but for a few types, to which the publisher has
 * given elements of its own and of later versions of FHIR.
 */
export function elementsOfR4(type: string, published: readonly PublishedElement[]): PublishedElement[] {
  const kept = published
    .filter(({ path }) => !pathsAbove(path).some((one) => ADDED.has(one)))
    .map((one) => (MANDATORY.has(one.path) ? { ...one, min: 1 } : one));
  return [...kept, ...(LEFT_OUT[type] ?? [])];
}

/** `a.b.c`, `a.b` and `a`. */
function pathsAbove(path: string): string[] {
  const steps = path.split('.');
  return steps.map((_, index) => steps.slice(0, index + 1).join('.'));
}

function within(path: string, ...names: readonly string[]): string[] {
  return names.map((name) => `${path}.${name}`);
}

function element(path: string, min: number, max: string, ...types: readonly string[]): PublishedElement {
  return { id: path, path, min, max, base: { path, min, max }, type: types.map((code) => ({ code })) };
}
