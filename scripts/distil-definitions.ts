// Distils R4's structure definitions into build/, once per clone.
import { distilDefinitions } from '../src/fhir/structure/distil-definitions.ts';

distilDefinitions();
