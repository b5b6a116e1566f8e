import { LOG_ENTRY_BYTES, LOG_NAME_CHARS, STORE_KEY_CHARS, STORE_VALUE_BYTES } from '../limits.js';

/** "TTP2": the first half of the advisory locks of keys. */
const KEY_LOCK = 0x54_54_50_32;

/** A commit that was not synced is not durable, whatever the role or the server has for a default. */
const SYNCED = `
  IF current_setting('synchronous_commit') IN ('off', 'local') THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;`;

/**
 * Keys and logs. Versions come from one sequence, drawn under a lock of the key, so those of a key grow over its
 * deletion. The rows are locked when they are read: under an isolation stricter than READ COMMITTED the transaction that
 * comes second fails, and is tried anew.
 */
const first = (schema: string): string => `
CREATE SEQUENCE ${schema}.version AS bigint;
CREATE TABLE ${schema}.kept (
  key text COLLATE "C" PRIMARY KEY CHECK (length(key) <= ${STORE_KEY_CHARS} AND key ~ '^[ -~]+$'),
  version bigint NOT NULL UNIQUE CHECK (version > 0),
  value bytea NOT NULL CHECK (octet_length(value) <= ${STORE_VALUE_BYTES})
);
CREATE TABLE ${schema}.log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name bytea NOT NULL UNIQUE CHECK (octet_length(name) <= ${4 * LOG_NAME_CHARS}),
  size bigint NOT NULL DEFAULT 0 CHECK (size >= 0)
);
CREATE TABLE ${schema}.entry (
  log bigint NOT NULL REFERENCES ${schema}.log (id),
  position bigint NOT NULL CHECK (position >= 0),
  bytes bytea NOT NULL CHECK (octet_length(bytes) <= ${LOG_ENTRY_BYTES}),
  PRIMARY KEY (log, position)
);
ALTER TABLE ${schema}.kept ALTER COLUMN value SET STORAGE EXTERNAL;
ALTER TABLE ${schema}.entry ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE FUNCTION ${schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION 'entries of a log are never changed or deleted' USING ERRCODE = 'restrict_violation';
END
$body$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ${schema}.entry
  FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.refuse();

CREATE FUNCTION ${schema}.put(the_key text, the_value bytea, expected bigint) RETURNS boolean LANGUAGE plpgsql AS $body$
DECLARE
  present bigint;
BEGIN
  ${SYNCED}
  PERFORM pg_advisory_xact_lock(${KEY_LOCK}, hashtext(the_key));
  SELECT version INTO present FROM ${schema}.kept WHERE key = the_key FOR UPDATE;
  IF expected IS NOT NULL AND coalesce(present, 0) <> expected THEN
    RETURN false;
  END IF;
  INSERT INTO ${schema}.kept (key, version, value) VALUES (the_key, nextval('${schema}.version'), the_value)
    ON CONFLICT (key) DO UPDATE SET version = excluded.version, value = excluded.value;
  RETURN true;
END
$body$;

CREATE FUNCTION ${schema}.remove(the_key text, expected bigint) RETURNS boolean LANGUAGE plpgsql AS $body$
DECLARE
  present bigint;
BEGIN
  ${SYNCED}
  PERFORM pg_advisory_xact_lock(${KEY_LOCK}, hashtext(the_key));
  SELECT version INTO present FROM ${schema}.kept WHERE key = the_key FOR UPDATE;
  IF expected IS NOT NULL AND coalesce(present, 0) <> expected THEN
    RETURN false;
  END IF;
  DELETE FROM ${schema}.kept WHERE key = the_key;
  RETURN true;
END
$body$;

CREATE FUNCTION ${schema}.append(the_name bytea, expected bigint, lengths text, content bytea)
  RETURNS TABLE (first bigint, fits boolean) LANGUAGE plpgsql AS $body$
DECLARE
  the_log bigint;
  many integer[] := string_to_array(lengths, ',')::integer[];
BEGIN
  ${SYNCED}
  SELECT l.id, l.size INTO the_log, first FROM ${schema}.log l WHERE l.name = the_name FOR UPDATE;
  first := coalesce(first, 0);
  fits := expected IS NULL OR expected = first;
  IF NOT fits OR cardinality(many) = 0 THEN
    RETURN NEXT;
    RETURN;
  END IF;
  IF the_log IS NULL THEN
    INSERT INTO ${schema}.log (name) VALUES (the_name) ON CONFLICT (name) DO NOTHING;
    SELECT l.id, l.size INTO STRICT the_log, first FROM ${schema}.log l WHERE l.name = the_name FOR UPDATE;
    fits := expected IS NULL OR expected = first;
    IF NOT fits THEN
      RETURN NEXT;
      RETURN;
    END IF;
  END IF;
  INSERT INTO ${schema}.entry (log, position, bytes)
    SELECT the_log, append.first + each.place - 1, substring(content FROM each.start FOR each.len)
    FROM (
      SELECT u.place, u.len, (sum(u.len) OVER (ORDER BY u.place) - u.len + 1)::integer AS start
      FROM unnest(many) WITH ORDINALITY AS u (len, place)
    ) AS each;
  UPDATE ${schema}.log SET size = append.first + cardinality(many) WHERE id = the_log;
  RETURN NEXT;
END
$body$;
`;

/** What each version of the tables adds to the one before; a version that was released never changes. */
export const MIGRATIONS: readonly ((schema: string) => string)[] = [first];
