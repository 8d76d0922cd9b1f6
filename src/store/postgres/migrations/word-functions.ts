import { APP_ROLE, SCHEMA } from '../master-tables.ts';

/** Punctuation that searches do not see. */
const PUNCTUATION =
  "[]!\"#%&''()*,./:;?@[\\\\_{}\\u00a1\\u00a7\\u00ab\\u00b6\\u00b7\\u00bb\\u00bf\\u2010-\\u2027\\u2030-\\u205e\\u3001-\\u3003-]+";

/** Marks that decomposition leaves behind a letter. */
const MARKS = '[\\u0300-\\u036f\\u1ab0-\\u1aff\\u20d0-\\u20ff]+';

/** Letters that stand for others, as `BASE_LETTERS` says: one for one, and one for two. */
const LETTERS = 'øɵłƚɫđðɗɖħŧƭⱦƀɓƈȼɇƒǥɠɨıɉƙɲƞƥɍɽʉʋƴɏƶȥⱥ';
const BASES = 'oolllddddhtttbbccefggiijknnprruvyyzza';
const PAIRS = [
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ß', 'ss'],
  ['þ', 'th'],
  ['ŋ', 'ng'],
] as const;

const WITHOUT_MARKS = `regexp_replace(lower(upper(normalize(t, NFKD) %1$s) %1$s), '${MARKS}', '', 'g')`;
const FOLDED = PAIRS.reduce(
  (sql, [letter, base]) => `replace(${sql}, '${letter}', '${base}')`,
  `translate(${WITHOUT_MARKS}, '${LETTERS}', '${BASES}')`,
);

/**
 * - `lowered(text)`: without case and accents, letters such as ø and æ as o and ae. The letters of all scripts where the server has collations of ICU or of its
 *   own, otherwise those that its locale knows
 * - `holds_words(document, 'text' | 'content', words)`: whether a resource has all of the folded words in its narrative, or
 *   anywhere; as `textWords` says
 */
export const WORD_FUNCTIONS = `
DO $do$
DECLARE letters text := (SELECT quote_ident(collname) FROM pg_collation
  WHERE collname IN ('und-x-icu', 'pg_c_utf8') ORDER BY collname DESC LIMIT 1);
BEGIN
  EXECUTE format($sql$
    CREATE FUNCTION ${SCHEMA}.lowered(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
    $body$ SELECT ${FOLDED} $body$
  $sql$, CASE WHEN letters IS NULL THEN '' ELSE 'COLLATE ' || letters END);
END $do$;

CREATE FUNCTION ${SCHEMA}.holds_words(document text, place text, words text[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  content jsonb;
  texts text;
BEGIN
  content := replace(document, '\\u0000', '')::jsonb;
  IF place <> 'content' THEN content := content #> '{text,div}'; END IF;
  SELECT ${SCHEMA}.lowered(string_agg(CASE WHEN starts_with(s, '<') THEN regexp_replace(s, '<[^>]*>', ' ', 'g') ELSE s END, ' '))
    INTO texts FROM (SELECT v #>> '{}' AS s
      FROM jsonb_path_query(content, 'strict $.** ? (@.type() == "string")') v) strings;
  RETURN coalesce(words <@ (
    regexp_split_to_array(regexp_replace(texts, '${PUNCTUATION}', '', 'g'), '\\s+')
    || regexp_split_to_array(texts, '[^[:alnum:]]+')), false);
EXCEPTION WHEN data_exception THEN
  -- Half a surrogate pair, say, which this database cannot look into.
  RETURN false;
END $$;

GRANT EXECUTE ON FUNCTION ${SCHEMA}.lowered, ${SCHEMA}.holds_words TO ${APP_ROLE};
`;
