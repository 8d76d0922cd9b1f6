/**
 * The URL of a thread's script beside the calling module: `.ts` when the sources run as they are, `.js` in the
 * built package.
 *
 * @param name file name without its ending
 * @param importMetaUrl the caller's `import.meta.url`
 */
export function scriptUrl(name: string, importMetaUrl: string): URL {
  return new URL(`./${name}${importMetaUrl.endsWith('.ts') ? '.ts' : '.js'}`, importMetaUrl);
}
