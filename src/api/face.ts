import type { WarmfhirError } from '../errors.ts';
import type { ApiRequest } from './api-context.ts';

/** How one of the two APIs speaks. */
export interface Face {
  /** `Content-Type` of every body that it sends. */
  readonly contentType: string;
  /** Throws `media-type-not-acceptable` when the client takes nothing that this face can send. */
  requireAcceptable(request: ApiRequest): void;
  /** The body in the form that the request asks for. */
  present(request: ApiRequest, body: string): string;
  errorBody(error: WarmfhirError, request: ApiRequest): string;
}
