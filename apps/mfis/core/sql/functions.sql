-- The guards of every table, once per database. Everything is named in full: when a row arrives by replication the
-- search_path is empty.

-- A UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds over random ones. PostgreSQL 18 has its own; 16 and 17 do not.
CREATE OR REPLACE FUNCTION public.letsema_uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
                    PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
                    FROM 1 FOR 6),
            52, 1), 53, 1), 'hex')::uuid
$$;

CREATE OR REPLACE FUNCTION public.letsema_node() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('letsema.node', true), ''), 'A')
$$;

CREATE OR REPLACE FUNCTION public.letsema_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: its rows are kept for ever', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation',
              HINT = 'Append a correction, or set the flag that ends the record.';
END $$;

-- Who acts is a setting of the transaction, "uuid|name", so that no path can change a row without being named.
-- `clock` is a hybrid logical clock: later than every version of the row that its writer knew, however skewed the
-- servers' clocks are. `seen` says which versions those were, by node.
CREATE OR REPLACE FUNCTION public.letsema_revision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    image jsonb := to_jsonb(NEW);
    before jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) ELSE '{}'::jsonb END;
    actor text := coalesce(current_setting('letsema.actor', true), '');
    key uuid := (image ->> TG_ARGV[0])::uuid;
    changed text[];
    known jsonb := '{}';
    version timestamptz := clock_timestamp();
BEGIN
    SELECT coalesce(array_agg(n.key ORDER BY n.key), '{}') INTO changed
      FROM jsonb_each(image) n WHERE n.value IS DISTINCT FROM before -> n.key;
    IF TG_OP = 'UPDATE' THEN
        IF changed = '{}' THEN
            RETURN NULL;
        END IF;
        known := public.letsema_seen(TG_TABLE_SCHEMA, TG_TABLE_NAME, key);
        SELECT greatest(version, max(k.value::timestamptz) + interval '1 microsecond') INTO version
          FROM jsonb_each_text(known) k;
    END IF;
    -- The schema varies, so this is planned each time: what it calls itself would be planned with it, a third of the
    -- whole.
    EXECUTE format(
        'INSERT INTO %I.users_revision (id, table_name, row_id, action, image, changed, actor_id, actor_name, node, '
        'recorded_at, clock, seen) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp(), $10, $11)',
        TG_TABLE_SCHEMA)
    USING public.letsema_uuid7(), TG_TABLE_NAME::text, key, lower(TG_OP), image, to_jsonb(changed),
          nullif(split_part(actor, '|', 1), '')::uuid, split_part(actor, '|', 2), public.letsema_node(), version, known;
    RETURN NULL;
END $$;

-- A third argument says of which rows `x` the value counts. A row that keeps its value is let pass: where two nodes each took the same one, both rows can still be edited until
-- they are merged.
CREATE OR REPLACE FUNCTION public.letsema_natural_key() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted text := to_jsonb(NEW) ->> TG_ARGV[0];
    own uuid := (to_jsonb(NEW) ->> TG_ARGV[1])::uuid;
    other uuid;
BEGIN
    IF wanted IS NULL OR wanted = '' OR current_setting('session_replication_role') = 'replica' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(OLD) ->> TG_ARGV[0] = wanted THEN
            RETURN NEW;
        END IF;
    END IF;
    -- Serialises two sessions that write the same value; the look-up below then sees the first one's row.
    PERFORM pg_advisory_xact_lock(
        hashtextextended(TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME || '.' || TG_ARGV[0] || '=' || wanted, 0));
    EXECUTE format('SELECT x.%1$I FROM %2$I.%3$I x WHERE x.%4$I = $1 AND x.%1$I <> $2 AND %5$s LIMIT 1',
                   TG_ARGV[1], TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[0],
                   CASE WHEN TG_NARGS > 2 THEN TG_ARGV[2] ELSE 'true' END)
       INTO other USING wanted, own;
    IF other IS NOT NULL THEN
        RAISE unique_violation USING
            MESSAGE = format('%s.%s: this value already belongs to another row', TG_TABLE_NAME, TG_ARGV[0]),
            CONSTRAINT = TG_NAME, COLUMN = TG_ARGV[0], TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NEW;
END $$;

-- The list of all people of all MFIs (mfis_directoryentry), kept in step with each schema's accounts.
CREATE OR REPLACE FUNCTION public.letsema_directory() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.mfis_directoryentry
        (account_id, schema_name, full_name, email, phone, role, duties, is_active, has_signed_up, created_at)
    VALUES (NEW.id, TG_TABLE_SCHEMA, NEW.full_name, NEW.email, NEW.phone, NEW.role,
            array_to_string(ARRAY(SELECT jsonb_array_elements_text(NEW.duties)), ', '),
            NEW.is_active, NEW.password NOT LIKE '!%' AND NEW.password <> '', NEW.created_at)
    ON CONFLICT (account_id) DO UPDATE SET
        full_name = excluded.full_name, email = excluded.email, phone = excluded.phone, role = excluded.role,
        duties = excluded.duties, is_active = excluded.is_active, has_signed_up = excluded.has_signed_up;
    RETURN NULL;
END $$;
