/** Where the definition of `$review` is served, below the base URL. It is no resource of a tenant's collection. */
export const REVIEW_DEFINITION = '/metadata/OperationDefinition/review';

/**
 * What `$review` is, for FHIR clients. See https://hl7.org/fhir/R4/operationdefinition.html
 *
 * @param server.url the base URL of the FHIR face
 * @param server.date ISO instant
 */
export function reviewDefinition(server: {
  readonly version: string;
  readonly url: string;
  readonly date: string;
}): object {
  const once = { min: 1, max: '1' };
  return {
    resourceType: 'OperationDefinition',
    id: 'review',
    url: `${server.url}${REVIEW_DEFINITION}`,
    version: server.version,
    name: 'Review',
    title: 'Review a resource',
    status: 'active',
    kind: 'operation',
    date: server.date,
    description:
      'Marks a resource as reviewed, as a new version with a tag and an extension on meta, or takes the mark back. ' +
      'Whatever else changes the resource takes it back too.',
    affectsState: true,
    code: 'review',
    resource: ['Resource'],
    system: false,
    type: false,
    instance: true,
    parameter: [
      {
        name: 'reviewed',
        use: 'in',
        min: 0,
        max: '1',
        documentation: 'Whether the resource is reviewed from now on; true where it is not given.',
        type: 'boolean',
      },
      { name: 'return', use: 'out', ...once, documentation: 'The resource as it is now.', type: 'Any' },
    ],
  };
}
