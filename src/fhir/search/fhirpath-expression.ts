import { createRequire } from 'node:module';

type Evaluate = (resource: unknown) => unknown[];

/** An expression that the FHIRPath engine evaluates. Compiled at its first use, and the engine is loaded with it. */
export class FhirPathExpression {
  readonly #expression: string;
  #evaluate: Evaluate | undefined;

  constructor(expression: string) {
    this.#expression = expression;
  }

  /** Its values for a resource; none for a resource that the engine cannot read. */
  evaluate(resource: unknown): readonly unknown[] {
    this.#evaluate ??= compiled(this.#expression);
    try {
      return this.#evaluate(resource);
    } catch {
      // The structure of an ingested resource is unchecked, and what the engine cannot read has no values.
      return [];
    }
  }
}

function compiled(expression: string): Evaluate {
  const require = createRequire(import.meta.url);
  const { compile } = require('fhirpath') as { compile: (expression: string, model: unknown) => Evaluate };
  return compile(expression, require('fhirpath/fhir-context/r4'));
}
