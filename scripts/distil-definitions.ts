// Distils R4's definitions into build/, once per clone.
import { distilSearch } from '../src/fhir/search/distil-search.ts';
import { distilDefinitions } from '../src/fhir/structure/distil-definitions.ts';
import { distilTerminology } from '../src/fhir/terminology/distil-terminology.ts';

distilDefinitions();
distilSearch();
distilTerminology();
