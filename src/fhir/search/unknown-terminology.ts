import { WarmfhirError } from '../../errors.ts';
import type { Terminology } from './terminology.ts';

/** Knows no value set and no hierarchy of codes. */
export const unknownTerminology: Terminology = {
  async valueSet(address) {
    throw new WarmfhirError(
      'search-not-supported',
      `The codes of the value set ${address} are not known here.`,
    );
  },

  async hierarchy({ system }) {
    throw new WarmfhirError(
      'search-not-supported',
      `The hierarchy of the code system ${system} is not known here.`,
    );
  },
};
