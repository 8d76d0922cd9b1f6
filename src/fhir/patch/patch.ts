/** The two forms in which a change to a resource can be described. https://hl7.org/fhir/R4/http.html#patch */
export type PatchForm = 'json-patch' | 'fhirpath-patch';

/** A change to one resource as a client wrote it. */
export interface Patch {
  readonly form: PatchForm;
  /** UTF-8: an RFC 6902 document, or a Parameters resource. */
  readonly body: Uint8Array;
}

/** Applies patches to the texts of resources. */
export interface Patcher {
  /**
   * The text of the resource with the patch applied; numbers that it does not touch stay as they were written. The
   * outcome is not checked.
   *
   * @param tenant whose patch it is: no tenant waits for all of another's
   * @param document JSON text of a resource
   * @throws encoding-invalid, json-malformed, json-duplicate-key, patch-malformed, and patch-not-applicable where the
   * patch does not fit the resource
   */
  apply(tenant: string, document: string, patch: Patch): Promise<string>;
  close(): Promise<void>;
}
