"""Finding accounts that may be one person's, in one statement over the borrowers of a schema."""

from __future__ import annotations

from apps.mfis.core.database import execute

# How alike two names must be that stand under one date of birth: pg_trgm's `similarity`, from 0 to 1. Letters left out
# or changed places in a name of two words give 0.5 to 0.8; two different people born on one day mostly below 0.3.
ALIKE = 0.5

# A name's words count in any order, without accents. A pair that somebody told apart, or has asked to merge, is not
# found again. The weights only order: a number stands for a person more surely than a name does.
FIND = """
    WITH person AS MATERIALIZED (
        SELECT a.id, a.phone, p.national_id, p.claimed_national_id, p.date_of_birth,
               (SELECT string_agg(word, ' ' ORDER BY word)
                  FROM regexp_split_to_table(public.letsema_fold(a.full_name), ' ') word) AS name
          FROM users_account a JOIN users_borrowerprofile p ON p.account_id = a.id
         WHERE a.role = 'borrower' AND a.merged_into_id IS NULL AND a.withdrawn_at IS NULL
    ), alike (one, other, why, weight) AS (
        SELECT x.id, y.id, 'national_id', 8 FROM person x JOIN person y USING (national_id)
         WHERE x.id < y.id AND national_id <> ''
        UNION ALL
        SELECT x.id, y.id, 'national_id', 8 FROM person x JOIN person y ON x.claimed_national_id = y.national_id
         WHERE x.id <> y.id AND y.national_id <> ''
        UNION ALL
        SELECT x.id, y.id, 'phone', 4 FROM person x JOIN person y USING (phone) WHERE x.id < y.id AND phone <> ''
        UNION ALL
        SELECT x.id, y.id, CASE WHEN x.name = y.name THEN 'name_and_birth' ELSE 'like_name_and_birth' END,
               CASE WHEN x.name = y.name THEN 2 ELSE 1 END
          FROM person x JOIN person y USING (date_of_birth)
         WHERE x.id < y.id AND (x.name = y.name OR public.similarity(x.name, y.name) >= %s)
    )
    INSERT INTO users_duplicatepair (first_id, second_id, reasons, strength)
    SELECT least(one, other), greatest(one, other), array_agg(DISTINCT why), sum(DISTINCT weight) FROM alike
     WHERE NOT EXISTS (SELECT FROM users_merge m
                        WHERE m.status IN ('waiting', 'apart')
                          AND (m.kept_id, m.gone_id) IN ((one, other), (other, one)))
     GROUP BY 1, 2
"""


def find_pairs() -> int:
    """Finds the pairs of this schema anew; returns how many there are."""
    execute("DELETE FROM users_duplicatepair")
    return execute(FIND, [ALIKE])
