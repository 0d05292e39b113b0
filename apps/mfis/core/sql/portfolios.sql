-- In whose hands borrowers and loans are. A new one is told of by the database itself, by whichever door it came in and
-- however many came at once. Each function runs in the schema of the table that its trigger stands on.

-- A borrower who is registered comes into the branch of the colleague who does it, and into their hands where they are
-- an officer; where there is one branch only, into that.
CREATE OR REPLACE FUNCTION public.letsema_enter_borrower() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    colleague uuid := nullif(split_part(coalesce(current_setting('letsema.actor', true), ''), '|', 1), '')::uuid;
    place uuid;
    hands uuid;
BEGIN
    IF NEW.branch_id IS NULL THEN
        EXECUTE format('SELECT a.branch_id, CASE WHEN a.duties ? ''officer'' THEN a.id END FROM %I.users_account a '
                       'WHERE a.id = $1 AND a.role = ''mfi_admin''', TG_TABLE_SCHEMA) INTO place, hands USING colleague;
        IF place IS NULL THEN
            EXECUTE format('SELECT (array_agg(b.id))[1] FROM %I.users_branch b WHERE b.is_active HAVING count(*) = 1',
                           TG_TABLE_SCHEMA) INTO place;
        END IF;
        NEW.branch_id := place;
        NEW.officer_id := coalesce(NEW.officer_id, hands);
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION public.letsema_tell_borrowers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    actor text := coalesce(current_setting('letsema.actor', true), '');
BEGIN
    EXECUTE format(
        'INSERT INTO %I.users_borrowerassignment (id, recorded_at, node, borrower_id, branch_id, officer_id, '
        'value_date, reason, actor_id, actor_name) SELECT public.letsema_uuid7(), now(), public.letsema_node(), '
        'n.account_id, n.branch_id, n.officer_id, (now() AT TIME ZONE ''Africa/Maseru'')::date, '''', $1, $2 FROM entered n',
        TG_TABLE_SCHEMA)
    USING nullif(split_part(actor, '|', 1), '')::uuid, split_part(actor, '|', 2);
    RETURN NULL;
END $$;

-- A new loan comes into the hands that its borrower is in.
CREATE OR REPLACE FUNCTION public.letsema_tell_loans() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    actor text := coalesce(current_setting('letsema.actor', true), '');
BEGIN
    EXECUTE format(
        'INSERT INTO %1$I.loans_loanassignment (id, recorded_at, node, loan_id, branch_id, officer_id, value_date, '
        'reason, actor_id, actor_name) SELECT public.letsema_uuid7(), now(), public.letsema_node(), n.id, p.branch_id, '
        'p.officer_id, n.submitted_on, '''', $1, $2 FROM entered n '
        'LEFT JOIN %1$I.users_borrowerprofile p ON p.account_id = n.borrower_id', TG_TABLE_SCHEMA)
    USING nullif(split_part(actor, '|', 1), '')::uuid, split_part(actor, '|', 2);
    RETURN NULL;
END $$;

-- What lists filter by: the last assignment of each loan. One that was dated before it changes only the past.
CREATE OR REPLACE FUNCTION public.letsema_assigned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO %I.loans_loanportfolio AS p (loan_id, branch_id, officer_id, since) VALUES ($1, $2, $3, $4) '
        'ON CONFLICT (loan_id) DO UPDATE SET branch_id = excluded.branch_id, officer_id = excluded.officer_id, '
        'since = excluded.since WHERE p.since <= excluded.since', TG_TABLE_SCHEMA)
    USING NEW.loan_id, NEW.branch_id, NEW.officer_id, NEW.value_date;
    RETURN NULL;
END $$;
