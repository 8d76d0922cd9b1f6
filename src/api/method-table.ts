import { addresses, type Route } from './route.ts';

interface Entry {
  readonly path: string;
  readonly pattern: RegExp;
  readonly parameters: number;
  readonly methods: Set<string>;
}

const CALL = /\/\$[^/]*\/?$/;

/** Which methods each address takes. */
export class MethodTable {
  readonly #entries: readonly Entry[];

  constructor(routes: readonly Route[]) {
    const entries = new Map<string, Entry>();
    for (const route of routes) {
      for (const path of addresses(route)) {
        const entry = entries.get(path) ?? { path, ...compile(path), methods: new Set<string>() };
        entries.set(path, entry);
        entry.methods.add(route.method);
        if (route.method === 'GET') entry.methods.add('HEAD');
      }
    }
    // An address belongs to the path that leaves the least open.
    this.#entries = [...entries.values()].sort((a, b) => a.parameters - b.parameters);
  }

  /** The methods that are taken at an address, sorted, or undefined where there is nothing. */
  allowed(address: string): readonly string[] | undefined {
    // What is called is an operation, and never an id that a path leaves open.
    const isCall = CALL.test(address);
    const entry = this.#entries.find(
      ({ pattern, path }) => pattern.test(address) && (!isCall || CALL.test(path)),
    );
    return entry === undefined ? undefined : [...entry.methods].sort();
  }

  /**
   * Paths and methods that a router would hand to a path with more parameters, although the address is not meant by
   * it: `POST /fhir/metadata` is no creation of a resource of type `metadata`.
   */
  captured(): readonly { readonly path: string; readonly method: string }[] {
    return this.#entries.flatMap(({ path, methods }) => {
      const others = this.#entries.filter((other) => other.path !== path && other.pattern.test(path));
      const captured = new Set(others.flatMap((other) => [...other.methods]));
      return [...captured].filter((method) => !methods.has(method)).map((method) => ({ path, method }));
    });
  }
}

function compile(path: string): { readonly pattern: RegExp; readonly parameters: number } {
  const segments = path.split('/');
  const pattern = segments.map((segment) =>
    segment.startsWith(':') ? '[^/]+' : segment.replaceAll('$', '\\$'),
  );
  return {
    pattern: new RegExp(`^${pattern.join('/')}/?$`),
    parameters: segments.filter((segment) => segment.startsWith(':')).length,
  };
}
