export interface BundleLink {
  readonly relation: string;
  readonly url: string;
}

export interface SearchEntry {
  readonly fullUrl: string;
  /** Stored JSON of the resource. */
  readonly json: string;
  /** Why it is there. */
  readonly mode: 'match' | 'include';
}

export interface HistoryBundleEntry {
  readonly fullUrl: string;
  /** Stored JSON; absent for a delete. */
  readonly json?: string;
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  /** For example `200`. */
  readonly status: string;
  readonly etag: string;
  /** ISO instant. */
  readonly lastModified: string;
}

/**
 * A Bundle of type searchset, put together from stored texts without parsing them.
 * See https://hl7.org/fhir/R4/bundle.html#searchset
 *
 * @param bundle.outcome JSON of an OperationOutcome about the search itself
 */
export function searchsetBundle(bundle: {
  readonly links: readonly BundleLink[];
  readonly total?: number;
  readonly entries: readonly SearchEntry[];
  readonly outcome?: string;
}): string {
  const entries = bundle.entries.map(
    ({ fullUrl, json, mode }) =>
      `{"fullUrl":${JSON.stringify(fullUrl)},"resource":${json},"search":{"mode":"${mode}"}}`,
  );
  if (bundle.outcome !== undefined)
    entries.push(`{"resource":${bundle.outcome},"search":{"mode":"outcome"}}`);
  return bundleText('searchset', bundle, entries);
}

/** A Bundle of type history. See https://hl7.org/fhir/R4/http.html#history */
export function historyBundle(bundle: {
  readonly links: readonly BundleLink[];
  readonly total: number;
  readonly entries: readonly HistoryBundleEntry[];
}): string {
  const entries = bundle.entries.map((entry) => {
    const resource = entry.json === undefined ? '' : `"resource":${entry.json},`;
    const request = JSON.stringify({ method: entry.method, url: entry.url });
    const { status, etag, lastModified } = entry;
    const response = JSON.stringify({ status, etag, lastModified });
    return `{"fullUrl":${JSON.stringify(entry.fullUrl)},${resource}"request":${request},"response":${response}}`;
  });
  return bundleText('history', bundle, entries);
}

function bundleText(
  type: string,
  bundle: { readonly links: readonly BundleLink[]; readonly total?: number },
  entries: readonly string[],
): string {
  const total = bundle.total === undefined ? '' : `,"total":${bundle.total}`;
  const link = bundle.links.length === 0 ? '' : `,"link":${JSON.stringify(bundle.links)}`;
  const head = `{"resourceType":"Bundle","type":"${type}"${total}${link}`;
  // FHIR knows no empty arrays.
  if (entries.length === 0) return `${head}}`;
  // Joined once: a text that is put together of texts is copied again when it is sent.
  const parts = [...entries];
  parts[0] = `${head},"entry":[${parts[0]}`;
  parts.push(`${parts.pop()}]}`);
  return parts.join(',');
}
