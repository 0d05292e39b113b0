-- The guards of the books and of the chain over loan events. Like functions.sql: in public, once, named in full.

-- What a link of the chain covers. Instants as seconds, so that no session's time zone changes a hash.
CREATE OR REPLACE FUNCTION public.letsema_event_digest(
    previous bytea, id uuid, loan uuid, type text, value_date date, amount numeric, channel text, reference text,
    reason text, reverses uuid, actor uuid, actor_name text, key text, number text, payload jsonb,
    recorded_at timestamptz, node text
) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(previous || convert_to(jsonb_build_array(
        id, loan, type, to_char(value_date, 'YYYY-MM-DD'), amount, channel, reference, reason, reverses, actor,
        actor_name, key, number, payload, extract(epoch FROM recorded_at), node)::text, 'UTF8'))
$$;

-- Adds the event to its node's chain. The head is locked until the transaction ends, so the chain has no gap.
CREATE OR REPLACE FUNCTION public.letsema_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    previous bytea;
    place bigint;
BEGIN
    IF current_setting('session_replication_role') = 'replica' THEN
        RETURN NEW;
    END IF;
    EXECUTE format('INSERT INTO %I.loans_chainhead (node, seq, hash) VALUES ($1, 0, '''') ON CONFLICT DO NOTHING',
                   TG_TABLE_SCHEMA) USING NEW.node;
    EXECUTE format('SELECT seq, hash FROM %I.loans_chainhead WHERE node = $1 FOR UPDATE', TG_TABLE_SCHEMA)
       INTO place, previous USING NEW.node;
    NEW.chain_seq := place + 1;
    NEW.chain_hash := public.letsema_event_digest(
        previous, NEW.id, NEW.loan_id, NEW.type, NEW.value_date, NEW.amount, NEW.channel, NEW.reference, NEW.reason,
        NEW.reverses_id, NEW.actor_id, NEW.actor_name, NEW.idempotency_key, NEW.number, NEW.payload,
        NEW.recorded_at, NEW.node);
    EXECUTE format('UPDATE %I.loans_chainhead SET seq = $2, hash = $3 WHERE node = $1', TG_TABLE_SCHEMA)
      USING NEW.node, NEW.chain_seq, NEW.chain_hash;
    RETURN NEW;
END $$;

-- Posting and closing a period exclude each other; postings do not exclude one another.
CREATE OR REPLACE FUNCTION public.letsema_books_lock(schema_name text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT hashtextextended(schema_name || '.books', 0)
$$;

CREATE OR REPLACE FUNCTION public.letsema_journal_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed date;
BEGIN
    IF current_setting('session_replication_role') = 'replica' THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock_shared(public.letsema_books_lock(TG_TABLE_SCHEMA));
    EXECUTE format('SELECT max(through) FROM %I.loans_periodclosing', TG_TABLE_SCHEMA) INTO closed;
    IF NEW.posted_on <= closed THEN
        RAISE EXCEPTION 'The books are closed through %', closed
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_in_open_period',
                  HINT = 'Post the adjustment on a later day.';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION public.letsema_period_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('session_replication_role') <> 'replica' THEN
        PERFORM pg_advisory_xact_lock(public.letsema_books_lock(TG_TABLE_SCHEMA));
    END IF;
    RETURN NEW;
END $$;

-- A line belongs to an entry of its own transaction: nothing is added to what was posted before.
CREATE OR REPLACE FUNCTION public.letsema_journal_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry_day date;
    entry_recorded timestamptz;
BEGIN
    IF current_setting('session_replication_role') = 'replica' THEN
        RETURN NEW;
    END IF;
    EXECUTE format('SELECT posted_on, recorded_at FROM %I.loans_journalentry WHERE id = $1', TG_TABLE_SCHEMA)
       INTO entry_day, entry_recorded USING NEW.entry_id;
    IF entry_day IS DISTINCT FROM NEW.posted_on OR entry_recorded < transaction_timestamp() THEN
        RAISE EXCEPTION 'A line is posted with its entry and on its day'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_with_its_entry';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION public.letsema_journal_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    difference numeric;
BEGIN
    IF current_setting('session_replication_role') = 'replica' THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT coalesce(sum(amount), 0) FROM %I.loans_journalline WHERE entry_id = $1', TG_TABLE_SCHEMA)
       INTO difference USING NEW.entry_id;
    IF difference <> 0 THEN
        RAISE EXCEPTION 'Journal entry %: debits and credits differ by %', NEW.entry_id, difference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances';
    END IF;
    RETURN NULL;
END $$;
