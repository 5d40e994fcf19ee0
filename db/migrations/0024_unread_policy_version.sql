-- Nothing reads "contents"."policy_version", and from here on nothing names it. The column itself has to stay, with its default, for as
-- long as processes of before may run, which name it in what they insert: a migration of a later version can drop it.

-- As before, without the version of a policy.
CREATE OR REPLACE FUNCTION "count_references"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF NEW.vault_key IS NOT NULL AND NEW.vault_key IS DISTINCT FROM OLD.vault_key THEN
    -- A copy that nobody entered before stands for its file alone.
    INSERT INTO public.contents AS content (tenant_id, vault_key, sha256, size_bytes, reference_count, is_joinable,
      engine, definitions_version, coverage, examined_with, detected_type, inspected_at, referred_at)
    VALUES (NEW.tenant_id, NEW.vault_key, NEW.sha256, NEW.size_bytes, 1, false, coalesce(NEW.verdict ->> 'engine', ''),
      coalesce(NEW.verdict ->> 'definitionsVersion', ''), coalesce(NEW.verdict ->> 'coverage', 'WHOLE'),
      coalesce(NEW.verdict ->> 'definitionsVersion', ''), NEW.detected_type,
      coalesce((NEW.verdict ->> 'decidedAt')::timestamptz, to_timestamp(0)), clock_timestamp())
    ON CONFLICT (tenant_id, vault_key) DO UPDATE SET
      reference_count = content.reference_count + 1,
      referred_at = excluded.referred_at,
      engine = CASE WHEN excluded.inspected_at > content.inspected_at THEN excluded.engine ELSE content.engine END,
      definitions_version = CASE WHEN excluded.inspected_at > content.inspected_at
        THEN excluded.definitions_version ELSE content.definitions_version END,
      coverage = CASE WHEN excluded.inspected_at > content.inspected_at THEN excluded.coverage ELSE content.coverage END,
      examined_with = CASE WHEN excluded.inspected_at > content.inspected_at
        THEN excluded.examined_with ELSE content.examined_with END,
      detected_type = CASE WHEN excluded.inspected_at > content.inspected_at
        THEN excluded.detected_type ELSE content.detected_type END,
      inspected_at = greatest(content.inspected_at, excluded.inspected_at)
    WHERE content.sha256 = NEW.sha256 AND (content.is_joinable OR content.reference_count > 0);
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a copy on its way out takes no references' USING ERRCODE = 'check_violation', CONSTRAINT = 'contents_only_grow_alive';
    END IF;
  END IF;
  IF OLD.vault_key IS NOT NULL AND NEW.vault_key IS DISTINCT FROM OLD.vault_key THEN
    UPDATE public.contents SET reference_count = reference_count - 1, is_joinable = is_joinable AND reference_count > 1
    WHERE tenant_id = OLD.tenant_id AND vault_key = OLD.vault_key;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a file refers to a copy that is not counted' USING ERRCODE = 'check_violation', CONSTRAINT = 'contents_count_all';
    END IF;
  END IF;
  -- Whatever else was said of the same bytes, nothing answers as clean from memory what was not clean last.
  IF NEW.state IN ('INFECTED', 'UNSCANNABLE') AND NEW.state <> OLD.state AND NEW.sha256 IS NOT NULL THEN
    UPDATE public.contents SET definitions_version = '', engine = '',
      inspected_at = greatest(inspected_at, coalesce((NEW.verdict ->> 'decidedAt')::timestamptz, clock_timestamp()))
    WHERE tenant_id = NEW.tenant_id AND sha256 = NEW.sha256 AND is_joinable;
  END IF;
  -- Where the same bytes were found infected, whatever still serves them is examined again at once.
  IF NEW.state = 'INFECTED' AND OLD.state <> 'INFECTED' AND NEW.sha256 IS NOT NULL THEN
    UPDATE public.contents SET examined_with = '', next_rescan_at = to_timestamp(0),
      rescan_attempt = rescan_attempt + 1, rescan_lease_until = NULL
    WHERE tenant_id = NEW.tenant_id AND sha256 = NEW.sha256 AND reference_count > 0 AND OLD.state <> 'CLEAN';
  END IF;
  RETURN NULL;
END
$$;
