const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?\d*(Z|[+-]\d\d:\d\d)$/;

/**
 * `meta.lastUpdated` of a resource in microseconds since the epoch, or null where there is none that can be read: it
 * decides which of two versions of a document is the later one.
 */
export function sourceUpdated(resource: Readonly<Record<string, unknown>>): number | null {
  const { lastUpdated } = (resource.meta ?? {}) as { readonly lastUpdated?: unknown };
  if (typeof lastUpdated !== 'string') return null;
  const [, seconds, fraction = '', zone] = INSTANT.exec(lastUpdated) ?? [];
  const milliseconds = seconds === undefined ? Number.NaN : Date.parse(`${seconds}${zone}`);
  return Number.isNaN(milliseconds)
    ? null
    : milliseconds * 1000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
}
