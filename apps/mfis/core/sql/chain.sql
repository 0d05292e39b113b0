-- The chain over loan events, with a head that moves once a transaction. Like functions.sql: in public, once, named in
-- full. It takes the place of letsema_chain (journal.sql), which a schema calls until its own migration has run.

-- How far a transaction has come in a node's chain is a setting of the transaction, "place hash", by the table: it ends
-- with the transaction, and goes back with a savepoint, as the rows themselves do. Were the head's own row moved for
-- each event, each would have to step over the versions that those before it in the transaction had left.
CREATE OR REPLACE FUNCTION public.letsema_chain_setting(events oid, node text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT 'letsema.chain_' || events::text || '_' || node
$$;

-- Adds the event to its node's chain. The first of a transaction locks the head until the transaction ends, so the
-- chain has no gap.
CREATE OR REPLACE FUNCTION public.letsema_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    setting text := public.letsema_chain_setting(TG_RELID, NEW.node);
    so_far text := current_setting(setting, true);
    place bigint;
    previous bytea;
BEGIN
    IF current_setting('session_replication_role') = 'replica' THEN
        RETURN NEW;
    END IF;
    IF so_far <> '' THEN
        place := split_part(so_far, ' ', 1)::bigint;
        previous := decode(split_part(so_far, ' ', 2), 'hex');
    ELSE
        EXECUTE format('INSERT INTO %I.loans_chainhead (node, seq, hash) VALUES ($1, 0, '''') ON CONFLICT DO NOTHING',
                       TG_TABLE_SCHEMA) USING NEW.node;
        EXECUTE format('SELECT seq, hash FROM %I.loans_chainhead WHERE node = $1 FOR UPDATE', TG_TABLE_SCHEMA)
           INTO place, previous USING NEW.node;
    END IF;
    NEW.chain_seq := place + 1;
    NEW.chain_hash := public.letsema_event_digest(
        previous, NEW.id, NEW.loan_id, NEW.type, NEW.value_date, NEW.amount, NEW.channel, NEW.reference, NEW.reason,
        NEW.reverses_id, NEW.actor_id, NEW.actor_name, NEW.idempotency_key, NEW.number, NEW.payload,
        NEW.recorded_at, NEW.node);
    PERFORM set_config(setting, NEW.chain_seq || ' ' || encode(NEW.chain_hash, 'hex'), true);
    RETURN NEW;
END $$;

-- Moves the head to the transaction's last event, at its end. Called for each event; the first call does it for all.
CREATE OR REPLACE FUNCTION public.letsema_move_head() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    setting text := public.letsema_chain_setting(TG_RELID, NEW.node);
    so_far text := current_setting(setting, true);
BEGIN
    IF so_far <> '' THEN
        EXECUTE format('UPDATE %I.loans_chainhead SET seq = $2, hash = $3 WHERE node = $1', TG_TABLE_SCHEMA)
          USING NEW.node, split_part(so_far, ' ', 1)::bigint, decode(split_part(so_far, ' ', 2), 'hex');
        PERFORM set_config(setting, '', true);
    END IF;
    RETURN NULL;
END $$;
