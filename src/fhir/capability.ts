/** What a route lets clients do, for the CapabilityStatement. */
export interface Capability {
  /** For every resource type: https://hl7.org/fhir/R4/valueset-type-restful-interaction.html */
  readonly interactions?: readonly string[];
  /** For the server as a whole: https://hl7.org/fhir/R4/valueset-system-restful-interaction.html */
  readonly systemInteractions?: readonly string[];
  /** For every resource type: members of `CapabilityStatement.rest.resource` beside its interactions. */
  readonly support?: Readonly<Record<string, string | boolean>>;
  readonly operations?: readonly OperationCapability[];
  /** Media types of patches. */
  readonly patchFormats?: readonly string[];
}

export interface OperationCapability {
  /** Without the dollar sign. */
  readonly name: string;
  /** Canonical address; one that begins with a slash is below the server's base URL. */
  readonly definition: string;
  readonly documentation?: string;
  /** Where it can be called: at the base, or at resource types and their instances. */
  readonly level: 'system' | 'resource';
  /** The resource types that have it; absent: all. */
  readonly types?: readonly string[];
}
