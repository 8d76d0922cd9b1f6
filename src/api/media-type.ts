/** A media type of an `Accept` or `Content-Type` header, in lower case. */
export interface MediaType {
  /** `application/fhir+json`, `*\/*`. */
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** See RFC 9110, section 8.3.1; what is not a parameter is left out. */
export function mediaType(text: string): MediaType {
  const [name = '', ...rest] = text.split(';');
  const parameters = rest.map((parameter) => {
    const [key = '', value = ''] = parameter.split('=', 2);
    return [key.trim().toLowerCase(), value.trim().replaceAll('"', '').toLowerCase()] as const;
  });
  return { name: name.trim().toLowerCase(), parameters: new Map(parameters) };
}

/** Whether a body of this media type is in UTF-8; where nothing is said it is. */
export function isUtf8({ parameters }: MediaType): boolean {
  return ['utf-8', 'utf8', undefined].includes(parameters.get('charset'));
}

/** The media types of an `Accept` header that the client does not refuse with `q=0`. */
export function acceptedMediaTypes(header: string): readonly MediaType[] {
  return header
    .split(',')
    .map(mediaType)
    .filter(({ parameters }) => Number(parameters.get('q') ?? 1) !== 0);
}

/** How much a client wants a representation. */
export interface Acceptance {
  /** From 0, which is not at all, to 1. */
  readonly quality: number;
  /** Of the range that matched: 2 for the media type itself, 1 for its family, 0 for anything. */
  readonly specificity: number;
  /** Position of that range among those of the client. */
  readonly position: number;
}

const NOT_ACCEPTED: Acceptance = { quality: 0, specificity: -1, position: Number.MAX_SAFE_INTEGER };

/**
 * How much a client wants a media type: the most specific of its ranges says so. See RFC 9110, section 12.5.1.
 *
 * @param matches whether the parameters of a range fit
 */
export function acceptance(
  ranges: readonly MediaType[],
  name: string,
  matches: (range: MediaType) => boolean = () => true,
): Acceptance {
  const [family] = name.split('/');
  const forms = ['*/*', `${family}/*`, name];
  return ranges
    .map((range, position): Acceptance => {
      const { parameters } = range;
      const specificity = forms.indexOf(range.name === '*' ? '*/*' : range.name);
      return specificity < 0 || !matches(range)
        ? NOT_ACCEPTED
        : { quality: qualityOf(parameters), specificity, position };
    })
    .reduce((best, one) => (one.specificity > best.specificity ? one : best), NOT_ACCEPTED);
}

/** Above 0 where the first is wanted more: by quality, then by how specific it was named, then by which was named first. */
export function compareAcceptance(one: Acceptance, other: Acceptance): number {
  return one.quality - other.quality || one.specificity - other.specificity || other.position - one.position;
}

/** What is no quality counts as none given. */
function qualityOf(parameters: MediaType['parameters']): number {
  const text = parameters.get('q') ?? '1';
  return /^(0(\.\d*)?|1(\.0*)?)$/.test(text) ? Number(text) : 1;
}
