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

/** The media types of an `Accept` header that the client does not refuse with `q=0`. */
export function acceptedMediaTypes(header: string): readonly MediaType[] {
  return header
    .split(',')
    .map(mediaType)
    .filter(({ parameters }) => Number(parameters.get('q') ?? 1) !== 0);
}
