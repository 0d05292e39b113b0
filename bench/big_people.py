"""The people of a big book, with their profiles, revisions and lines of the directory, by SQL.

Nothing of Django is imported before a function is called: a server must run and be named first.
"""

from __future__ import annotations

FIRST_NAMES = """
    Thabo Mpho Lerato Palesa Tšepo Tumelo Lineo Mamello Nthabiseng Refiloe Khotso Teboho Neo Lebohang 'Mamosa Tšeliso
    Moliehi Pheello Retšelisitsoe Likeleli Nts'oaki Sello Katleho Puleng Mothusi Itumeleng Karabo Limpho Tlotliso
    Rethabile
"""
SURNAMES = """
    Mokoena Letsie Moshoeshoe Khoabane Ntšekhe Ralikariki Mohapi Molapo Sekonyela Matete Lerotholi Ramaema Mphutlane
    Thamae Makhetha Seeiso Nkuebe Majoro Mochochoko Phafoli Tšehlana Khaketla Lehloenya Maseribane Rats'osane Mofolo
    Sekhonyana Motsamai Lekhanya Metsing Thabane Monyane Pitso Ramoreboli Sehlabo Tau Nts'ekhe Mosisili Hlalele Kabi
"""


BRANCHES = """
    INSERT INTO users_branch (id, created_at, code, name, district, address, is_active)
    SELECT md5('branch ' || n)::uuid, now(), 'B' || n, 'Branch ' || n, '', '', true FROM generate_series(1, 5) n
        ON CONFLICT DO NOTHING
"""


def add_people(people: int) -> None:
    """Accounts, profiles, their revisions and their lines of the directory."""
    from apps.mfis.core.database import execute

    execute(BRANCHES)
    values = {"first": FIRST_NAMES.split(), "last": SURNAMES.split(), "people": people}
    execute(
        """
        CREATE TEMP TABLE bench_one AS SELECT * FROM users_account WHERE role = 'borrower' LIMIT 1;
        CREATE TEMP TABLE bench_profile AS
            SELECT p.* FROM users_borrowerprofile p JOIN bench_one o ON o.id = p.account_id;
        UPDATE bench_one SET email = NULL;
        INSERT INTO users_account
        SELECT (jsonb_populate_record(o, jsonb_build_object(
                   'id', bench_person(p), 'phone', '+2665' || (1000000 + p)::text,
                   'created_at', to_timestamp(1700000000 + p),
                   'full_name', (%(first)s::text[])[1 + p %% array_length(%(first)s::text[], 1)] || ' '
                        || (%(last)s::text[])[1 + (p / 7 + p) %% array_length(%(last)s::text[], 1)]))).*
          FROM bench_one o, generate_series(0, %(people)s - 1) p;
        INSERT INTO users_borrowerprofile
        SELECT (jsonb_populate_record(o, jsonb_build_object(
                   'account_id', bench_person(p), 'national_id', (10000000000 + p * 7919)::text,
                   'district', (ARRAY['maseru', 'leribe', 'berea', 'mafeteng', 'quthing', 'butha_buthe'])[1 + p %% 6],
                   'gender', (ARRAY['female', 'male', 'female', ''])[1 + p %% 4],
                   'sector', (ARRAY['trade', 'agriculture', 'services', 'transport', ''])[1 + p %% 5],
                   'branch_id', CASE WHEN p %% 50 > 0 THEN md5('branch ' || (1 + p %% 5))::uuid END,
                   'employer', 'Employer ' || p %% 400))).*
          FROM bench_profile o, generate_series(0, %(people)s - 1) p;
        INSERT INTO users_revision (id, node, recorded_at, table_name, row_id, action, image, changed, clock, seen,
                                    actor_name)
        SELECT public.letsema_uuid7(), 'A', a.created_at, 'users_account', a.id, 'INSERT', to_jsonb(a), '[]', now(),
               '{}', ''
          FROM users_account a WHERE role = 'borrower';
        INSERT INTO users_command (id, node, recorded_at, name, actor_id, body_hash, answer)
        SELECT public.letsema_uuid7(), 'A', now(), 'record_repayment', id, md5(id::text), '{}'
          FROM users_account, generate_series(1, 4);
        INSERT INTO public.mfis_directoryentry (account_id, schema_name, full_name, role, phone, is_active,
                                                has_signed_up, duties, created_at)
        SELECT id, current_schema(), full_name, role, phone, true, false, '', created_at
          FROM users_account WHERE role = 'borrower'
            ON CONFLICT DO NOTHING;
        DROP TABLE bench_one, bench_profile;
        """,
        values,
    )
