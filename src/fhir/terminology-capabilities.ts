/**
 * What the server does about terminology: it has no operations for it, and uses value sets and code systems only inside of
 * searches. See https://hl7.org/fhir/R4/terminologycapabilities.html
 *
 * @param server.url the base URL of the FHIR face
 * @param server.date ISO instant
 */
export function terminologyCapabilities(server: {
  readonly version: string;
  readonly url: string;
  readonly date: string;
}): object {
  return {
    resourceType: 'TerminologyCapabilities',
    status: 'active',
    date: server.date,
    description:
      'No terminology operations ($expand, $lookup, $validate-code, $subsumes, $translate, $closure). Searches expand ' +
      'value sets for :in and :not-in, and hierarchies of code systems for :above and :below.',
    kind: 'instance',
    software: { name: 'warmfhir', version: server.version },
    implementation: {
      description: 'The collection of one tenant: its own copy of a master dataset',
      url: server.url,
    },
    lockedDate: false,
  };
}
