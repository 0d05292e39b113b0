-- What accounts of money hold, kept in parts beside the journal (loans_moneyheld). Like functions.sql: in public, once,
-- named in full.

-- Adds a part for each account of money that a statement posted to. TG_ARGV are the roles of such accounts. A part is
-- an insert, which waits for nobody: receipts of one till do not wait for one another.
CREATE OR REPLACE FUNCTION public.letsema_money_posted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO %1$I.loans_moneyheld (account_id, amount) SELECT l.account_id, sum(l.amount) FROM posted l '
        'JOIN %1$I.loans_glaccount a ON a.id = l.account_id WHERE a.type = ''asset'' AND a.role = ANY ($1) '
        'GROUP BY l.account_id', TG_TABLE_SCHEMA) USING TG_ARGV;
    RETURN NULL;
END $$;

-- The same of a line that arrives from another node: what arrives fires triggers by row alone.
CREATE OR REPLACE FUNCTION public.letsema_money_arrived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO %1$I.loans_moneyheld (account_id, amount) SELECT a.id, $3 FROM %1$I.loans_glaccount a '
        'WHERE a.id = $2 AND a.type = ''asset'' AND a.role = ANY ($1)', TG_TABLE_SCHEMA)
      USING TG_ARGV, NEW.account_id, NEW.amount;
    RETURN NULL;
END $$;

-- The opposite of a line that is removed: only behind the guards, where a table is repaired and its rows copied anew.
CREATE OR REPLACE FUNCTION public.letsema_money_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        EXECUTE format('DELETE FROM %1$I.loans_moneyheld', TG_TABLE_SCHEMA);
    ELSE
        EXECUTE format(
            'INSERT INTO %1$I.loans_moneyheld (account_id, amount) SELECT a.id, -$3 FROM %1$I.loans_glaccount a '
            'WHERE a.id = $2 AND a.type = ''asset'' AND a.role = ANY ($1)', TG_TABLE_SCHEMA)
          USING TG_ARGV, OLD.account_id, OLD.amount;
    END IF;
    RETURN NULL;
END $$;
