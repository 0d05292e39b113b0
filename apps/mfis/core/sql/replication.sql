-- What makes rows that arrive from other nodes converge. Rows arrive by logical replication in the replica role: only
-- triggers that are ENABLE REPLICA or ENABLE ALWAYS fire then, foreign keys are not checked, search_path is empty.

-- The versions of a row by node, as this transaction knows them: {"A": instant, "B": instant}.
CREATE OR REPLACE FUNCTION public.letsema_seen(schema_name text, tbl text, key uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found jsonb;
BEGIN
    EXECUTE format('SELECT coalesce(jsonb_object_agg(s.node, s.clock), ''{}'') FROM (SELECT node, max(clock) AS clock '
                   'FROM %I.users_revision WHERE table_name = $1 AND row_id = $2 GROUP BY node) s', schema_name)
       INTO found USING tbl, key;
    RETURN found;
END $$;

-- One entry of the conflict list. Its key is derived from what disagrees, so that every node has the same.
CREATE OR REPLACE FUNCTION public.letsema_conflict(
    what text, schema_name text, tbl text, key uuid, col text, kept jsonb, discarded jsonb, told text
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO public.mfis_conflict (id, what, schema_name, table_name, row_id, column_name, kept, discarded, found_at)
    VALUES (md5(concat_ws('|', what, schema_name, tbl, key, col, told))::uuid, what, schema_name, tbl, key, col, kept,
            discarded, clock_timestamp())
    ON CONFLICT (id) DO NOTHING
$$;

-- Lists a fact that gave way, and keeps it as a fact of its own: a node that joins later, when no stream holds it any
-- more, copies it from there.
CREATE OR REPLACE FUNCTION public.letsema_discard(schema_name text, tbl text, kept jsonb, discarded jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    key uuid := (discarded ->> 'id')::uuid;
    told text := concat(discarded ->> 'node', (discarded ->> 'recorded_at')::timestamptz AT TIME ZONE 'UTC');
BEGIN
    PERFORM public.letsema_conflict('same key', schema_name, tbl, key, '', kept, discarded, told);
    INSERT INTO public.mfis_discardedfact (id, recorded_at, node, schema_name, table_name, row_id, image)
    VALUES (md5(concat_ws('|', schema_name, tbl, key, told))::uuid, (discarded ->> 'recorded_at')::timestamptz,
            discarded ->> 'node', schema_name, tbl, key, discarded)
    ON CONFLICT (id) DO NOTHING;
END $$;

-- A discarded fact that another node found. What stands instead may not be here yet; the list then looks it up.
CREATE OR REPLACE FUNCTION public.letsema_discarded() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    kept jsonb;
BEGIN
    IF to_regclass(format('%I.%I', NEW.schema_name, NEW.table_name)) IS NOT NULL THEN
        EXECUTE format('SELECT to_jsonb(t) FROM %I.%I t WHERE t.id = $1', NEW.schema_name, NEW.table_name)
           INTO kept USING NEW.row_id;
    END IF;
    PERFORM public.letsema_conflict(
        'same key', NEW.schema_name, NEW.table_name, NEW.row_id, '', coalesce(kept, '{}'), NEW.image,
        concat(NEW.node, NEW.recorded_at AT TIME ZONE 'UTC'));
    RETURN NULL;
END $$;

-- Facts: a row that is here already is the same one again, or another with one key. Of two the earlier stands
-- everywhere, whichever arrived first; the other is kept in the conflict list, whole.
CREATE OR REPLACE FUNCTION public.letsema_arrive() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    place text := format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    arriving jsonb;
    current jsonb;
    stands boolean;
    cols text;
BEGIN
    EXECUTE format('SELECT to_jsonb(t) FROM %s t WHERE t.id = $1', place) INTO current USING NEW.id;
    IF current IS NOT NULL THEN
        IF current ->> 'node' = NEW.node AND (current ->> 'recorded_at')::timestamptz = NEW.recorded_at THEN
            RETURN NULL;
        END IF;
        -- Another stream may be about to replace it: what stands is what it leaves.
        EXECUTE format('SELECT to_jsonb(t) FROM %s t WHERE t.id = $1 FOR UPDATE', place) INTO current USING NEW.id;
    END IF;
    -- What a loan's state or its books follow from is queued; of a journal entry only that it came.
    IF TG_NARGS > 0 AND to_jsonb(NEW) ->> TG_ARGV[0] IS NOT NULL THEN
        EXECUTE format('INSERT INTO %I.loans_arrival (loan_id, event_id, error, arrived_at) VALUES ($1, $2, '''', '
                       'clock_timestamp())', TG_TABLE_SCHEMA)
        USING (to_jsonb(NEW) ->> TG_ARGV[0])::uuid, CASE WHEN TG_NARGS = 1 THEN NEW.id END;
    END IF;
    IF current IS NULL THEN
        RETURN NEW;
    END IF;
    arriving := to_jsonb(NEW);
    stands := (NEW.recorded_at, NEW.node) < ((current ->> 'recorded_at')::timestamptz, current ->> 'node');
    PERFORM public.letsema_discard(TG_TABLE_SCHEMA, TG_TABLE_NAME, CASE WHEN stands THEN arriving ELSE current END,
                                   CASE WHEN stands THEN current ELSE arriving END);
    IF stands THEN
        SELECT string_agg(quote_ident(a.attname), ', ') INTO cols FROM pg_catalog.pg_attribute a
         WHERE a.attrelid = TG_RELID AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';
        EXECUTE format('UPDATE %1$s SET (%2$s) = (SELECT %2$s FROM jsonb_populate_record(NULL::%1$s, $1)) '
                       'WHERE id = $2', place, cols) USING arriving, NEW.id;
    END IF;
    RETURN NULL;
END $$;

-- Whether the writer of one version of a row knew another.
CREATE OR REPLACE FUNCTION public.letsema_knew(
    node text, clock timestamptz, seen jsonb, other_node text, other_clock timestamptz
) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN node = other_node THEN other_clock <= clock
                ELSE coalesce((seen ->> other_node)::timestamptz >= other_clock, false) END
$$;

-- Records that change: a revision that arrives is folded into its row. In each column the version with the latest
-- (clock, node) stands, so that the order of arrival does not matter. Two that did not know of each other and differ
-- are listed.
CREATE OR REPLACE FUNCTION public.letsema_merge() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    place text := format('%I.%I', TG_TABLE_SCHEMA, NEW.table_name);
    key name;
    current jsonb;
    patch jsonb := '{}';
    col text;
    cols text;
    unknown text;
    done int;
    stands boolean;
    mine jsonb;
    theirs jsonb;
    rival record;
BEGIN
    SELECT a.attname INTO key FROM pg_catalog.pg_index i
      JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
     WHERE i.indrelid = place::regclass AND i.indisprimary;
    SELECT string_agg(k, ', ') INTO unknown FROM jsonb_object_keys(NEW.image) k
     WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = place::regclass AND a.attname = k
                          AND a.attnum > 0 AND NOT a.attisdropped);
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION '% has no column %: this node waits until it is migrated', place, unknown;
    END IF;
    -- The row itself is the lock between the streams; one for each row in the lock table would overflow it.
    EXECUTE format('SELECT to_jsonb(t) FROM %s t WHERE %I = $1 FOR UPDATE', place, key) INTO current USING NEW.row_id;
    IF current IS NULL THEN
        SELECT string_agg(quote_ident(k), ', ') INTO cols FROM jsonb_object_keys(NEW.image) k;
        EXECUTE format('INSERT INTO %1$s (%2$s) SELECT %2$s FROM jsonb_populate_record(NULL::%1$s, $1) '
                       'ON CONFLICT DO NOTHING', place, cols) USING NEW.image;
        GET DIAGNOSTICS done = ROW_COUNT;
        IF done = 1 THEN
            PERFORM public.letsema_twins(TG_TABLE_SCHEMA, NEW.table_name, NEW.row_id, NEW.image, NEW.changed);
            RETURN NULL;
        END IF;
        EXECUTE format('SELECT to_jsonb(t) FROM %s t WHERE %I = $1 FOR UPDATE', place, key)
           INTO current USING NEW.row_id;
    END IF;
    FOR col IN SELECT jsonb_array_elements_text(NEW.changed) LOOP
        EXECUTE format('SELECT r.id, r.node, r.clock FROM %I.users_revision r '
                       'WHERE r.table_name = $1 AND r.row_id = $2 AND r.id <> $3 AND r.changed ? $4 '
                       'ORDER BY r.clock DESC, r.node DESC LIMIT 1', TG_TABLE_SCHEMA)
           INTO rival USING NEW.table_name, NEW.row_id, NEW.id, col;
        IF rival.id IS NULL OR (NEW.clock, NEW.node) > (rival.clock, rival.node) THEN
            patch := patch || jsonb_build_object(col, NEW.image -> col);
        END IF;
        CONTINUE WHEN col = 'created_at';
        -- Every version that did not know of this one, and this one not of it: each pair is found once on every node,
        -- when the second of them arrives there, in whatever order.
        FOR rival IN EXECUTE format(
            'SELECT r.id, r.node, r.clock, r.seen, r.image, r.actor_name FROM %I.users_revision r '
            'WHERE r.table_name = $1 AND r.row_id = $2 AND r.node <> $3 AND r.changed ? $4 '
            'AND r.clock > coalesce(($5 ->> r.node)::timestamptz, ''-infinity'') '
            'AND r.image -> $4 IS DISTINCT FROM $6 -> $4', TG_TABLE_SCHEMA)
            USING NEW.table_name, NEW.row_id, NEW.node, col, NEW.seen, NEW.image LOOP
            CONTINUE WHEN public.letsema_knew(rival.node, rival.clock, rival.seen, NEW.node, NEW.clock);
            stands := (NEW.clock, NEW.node) > (rival.clock, rival.node);
            mine := jsonb_build_object('value', NEW.image -> col, 'by', NEW.actor_name, 'node', NEW.node);
            theirs := jsonb_build_object('value', rival.image -> col, 'by', rival.actor_name, 'node', rival.node);
            PERFORM public.letsema_conflict(
                'same column', TG_TABLE_SCHEMA, NEW.table_name, NEW.row_id, col, CASE WHEN stands THEN mine ELSE theirs END,
                CASE WHEN stands THEN theirs ELSE mine END,
                least(NEW.id::text, rival.id::text) || greatest(NEW.id::text, rival.id::text));
        END LOOP;
    END LOOP;
    IF patch <> '{}' THEN
        SELECT string_agg(quote_ident(k), ', ') INTO cols FROM jsonb_object_keys(patch) k;
        EXECUTE format('UPDATE %1$s SET (%2$s) = (SELECT %2$s FROM jsonb_populate_record(NULL::%1$s, $1)) '
                       'WHERE %3$I = $2', place, cols, key) USING patch, NEW.row_id;
        PERFORM public.letsema_twins(TG_TABLE_SCHEMA, NEW.table_name, NEW.row_id, NEW.image, NEW.changed);
    END IF;
    RETURN NULL;
END $$;

-- Natural keys (national ID, phone): two nodes may each have taken the same one. Both rows stay, and are listed.
CREATE OR REPLACE FUNCTION public.letsema_twins(
    schema_name text, tbl text, key uuid, image jsonb, changed jsonb
) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    guard record;
    value text;
    other uuid;
BEGIN
    FOR guard IN
        SELECT split_part(encode(t.tgargs, 'escape'), '\000', 1) AS col,
               split_part(encode(t.tgargs, 'escape'), '\000', 2) AS pk
          FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
         WHERE t.tgrelid = format('%I.%I', schema_name, tbl)::regclass AND p.proname = 'letsema_natural_key'
    LOOP
        value := image ->> guard.col;
        CONTINUE WHEN value IS NULL OR value = '' OR NOT changed ? guard.col;
        FOR other IN EXECUTE format('SELECT %1$I FROM %2$I.%3$I WHERE %4$I = $1 AND %1$I <> $2', guard.pk, schema_name,
                                    tbl, guard.col) USING value, key LOOP
            PERFORM public.letsema_conflict(
                'same person', schema_name, tbl, least(key, other), guard.col,
                jsonb_build_object('row', least(key, other), 'value', value),
                jsonb_build_object('row', greatest(key, other), 'value', value), greatest(key, other)::text);
        END LOOP;
    END LOOP;
END $$;
