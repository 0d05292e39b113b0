-- A text as it is searched for: small letters without accents, apostrophes and what only divides (hyphens, dots, strokes,
-- a plus); one blank between words. apps/mfis/core/folding.py does the same in Python, and a test holds the two together.
-- Immutable, so that an index may stand on it. In plpgsql and with its cost said, which PostgreSQL takes for next to
-- nothing where it is put in its own place: it would rather fold every row of a table than look into an index.
CREATE OR REPLACE FUNCTION public.letsema_fold(text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 500 AS $$
BEGIN
    RETURN btrim(regexp_replace(
        regexp_replace(
            lower(normalize($1, NFD)),
            U&'[\0300-\036F''\2018\2019\201B\02BC\02BB\02B9\2032\FF07`\00B4/._+\2010-\2015-]', '', 'g'),
        '\s+', ' ', 'g'));
END
$$;
