/**
 * Letters that Unicode takes for letters of their own, in lower case, and what people who lack them on their keyboards write
 * instead. Those with accents are not here: decomposition takes care of them.
 */
export const BASE_LETTERS: ReadonlyMap<string, string> = new Map([
  ...Object.entries({ æ: 'ae', œ: 'oe', ß: 'ss', þ: 'th', ŋ: 'ng', ı: 'i' }),
  ...pairs('øɵ', 'o'),
  ...pairs('łƚɫ', 'l'),
  ...pairs('đðɗɖ', 'd'),
  ...pairs('ħ', 'h'),
  ...pairs('ŧƭⱦ', 't'),
  ...pairs('ƀɓ', 'b'),
  ...pairs('ƈȼ', 'c'),
  ...pairs('ɇ', 'e'),
  ...pairs('ƒ', 'f'),
  ...pairs('ǥɠ', 'g'),
  ...pairs('ɨ', 'i'),
  ...pairs('ɉ', 'j'),
  ...pairs('ƙ', 'k'),
  ...pairs('ɲƞ', 'n'),
  ...pairs('ƥ', 'p'),
  ...pairs('ɍɽ', 'r'),
  ...pairs('ʉ', 'u'),
  ...pairs('ʋ', 'v'),
  ...pairs('ƴɏ', 'y'),
  ...pairs('ƶȥ', 'z'),
  ...pairs('ⱥ', 'a'),
]);

function pairs(letters: string, base: string): [string, string][] {
  return Array.from(letters, (letter) => [letter, base]);
}
