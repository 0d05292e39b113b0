-- Something waits in this schema for the worker: one note a transaction and schema. The setting is local to the
-- transaction, so that a savepoint's roll-back takes it back together with the note. Nothing is looked up or locked.
CREATE OR REPLACE FUNCTION public.letsema_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    noted text := coalesce(current_setting('letsema.noted', true), '');
BEGIN
    IF position(',' || TG_TABLE_SCHEMA || ',' IN noted) = 0 THEN
        INSERT INTO public.mfis_worknote (schema_name, due_at) VALUES (TG_TABLE_SCHEMA, clock_timestamp());
        PERFORM set_config('letsema.noted', noted || ',' || TG_TABLE_SCHEMA || ',', true);
    END IF;
    RETURN NULL;
END $$;

-- The net under the notes: looks in each of these schemas for what waits, and notes where no note tells of it in time.
-- Returns in how many.
CREATE OR REPLACE FUNCTION public.letsema_sweep(schemas text[]) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    schema_name text;
    due timestamptz;
    found integer := 0;
BEGIN
    FOREACH schema_name IN ARRAY schemas LOOP
        BEGIN
            EXECUTE format('SELECT min(send_after) FROM %I.users_message WHERE status = ''waiting''', schema_name)
               INTO due;
            IF schema_name <> 'public' THEN
                EXECUTE format(
                    'SELECT CASE WHEN EXISTS (SELECT FROM %1$I.credit_outboxentry WHERE relayed_at IS NULL '
                    'AND NOT set_aside) OR EXISTS (SELECT FROM %1$I.loans_arrival WHERE error = '''') '
                    'THEN clock_timestamp() ELSE $1 END', schema_name) INTO due USING due;
            END IF;
        EXCEPTION WHEN undefined_table OR undefined_column OR invalid_schema_name THEN
            due := NULL;  -- it is being made or migrated; the next sweep finds it
        END;
        IF due IS NOT NULL THEN
            PERFORM public.letsema_note_at(schema_name, due);
            found := found + 1;
        END IF;
    END LOOP;
    RETURN found;
END $$;

-- Notes that a schema is to be taken up at an instant, unless it will be by then. A note that is due already does not
-- count: the worker may have read it before what this one is for was there, and be about to delete it.
CREATE OR REPLACE FUNCTION public.letsema_note_at(wanted text, due timestamptz) RETURNS void LANGUAGE sql AS $$
    INSERT INTO public.mfis_worknote (schema_name, due_at)
    SELECT wanted, due
     WHERE NOT EXISTS (SELECT FROM public.mfis_worknote n
                        WHERE n.due_at BETWEEN clock_timestamp() + interval '1 second' AND due
                          AND n.schema_name = wanted)
$$;

-- What is known to be away. A failure is believed for a quarter of a minute without anybody having asked
-- again: the worker asks more often, and where none runs, whoever needs it has to.
CREATE OR REPLACE FUNCTION public.letsema_away() RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT array(SELECT what::text FROM public.mfis_health
                  WHERE failing_since IS NOT NULL AND seen_at > clock_timestamp() - interval '15 seconds')
$$;
