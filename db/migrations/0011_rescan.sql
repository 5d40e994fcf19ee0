ALTER TABLE "contents" ADD COLUMN "policy_version" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "contents" ADD COLUMN "examined_with" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "contents" ADD COLUMN "referred_at" timestamp (3) with time zone DEFAULT to_timestamp(0) NOT NULL;--> statement-breakpoint
ALTER TABLE "contents" ADD COLUMN "download_count" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "contents" ADD COLUMN "rescan_attempt" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "contents" ADD COLUMN "rescan_lease_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "contents" ADD COLUMN "next_rescan_at" timestamp (3) with time zone DEFAULT to_timestamp(0) NOT NULL;--> statement-breakpoint
CREATE INDEX "contents_referenced" ON "contents" USING btree ("tenant_id","sha256") WHERE "contents"."reference_count" > 0;--> statement-breakpoint
CREATE INDEX "contents_rescan_newest" ON "contents" USING btree ("examined_with","referred_at" DESC NULLS LAST) WHERE "contents"."reference_count" > 0;--> statement-breakpoint
CREATE INDEX "contents_rescan_popular" ON "contents" USING btree ("examined_with","download_count" DESC NULLS LAST) WHERE "contents"."reference_count" > 0;--> statement-breakpoint
CREATE POLICY "contents_system_finds_work" ON "contents" AS PERMISSIVE FOR SELECT TO "lazaret_system" USING ("contents"."reference_count" > 0);--> statement-breakpoint
GRANT UPDATE ("policy_version", "examined_with", "referred_at", "download_count", "rescan_attempt", "rescan_lease_until",
  "next_rescan_at") ON "contents" TO lazaret_app;--> statement-breakpoint
-- Which copies there are and how urgent each is; neither hashes nor types.
GRANT SELECT ("tenant_id", "vault_key", "reference_count", "examined_with", "referred_at", "download_count",
  "rescan_lease_until", "next_rescan_at") ON "contents" TO lazaret_system;--> statement-breakpoint
ALTER TABLE "maintenance" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
INSERT INTO "maintenance" ("name") VALUES ('rescan');--> statement-breakpoint
ALTER TABLE "maintenance" FORCE ROW LEVEL SECURITY;--> statement-breakpoint

-- What is stored already was last examined by the inspection that it rests on.
ALTER TABLE "contents" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
UPDATE "contents" SET "examined_with" = "definitions_version", "referred_at" = "inspected_at";--> statement-breakpoint
ALTER TABLE "contents" FORCE ROW LEVEL SECURITY;--> statement-breakpoint

-- Who may have files examined again, for the roles that every tenant has from its first day.
UPDATE "roles" SET "permissions" = "permissions" || '{file:rescan}'
  WHERE "name" IN ('admin', 'analyst') AND NOT "permissions" @> '{file:rescan}';--> statement-breakpoint

-- As before, and a copy also knows what it was last examined with, and when a file last came to it.
CREATE OR REPLACE FUNCTION "count_references"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF NEW.vault_key IS NOT NULL AND NEW.vault_key IS DISTINCT FROM OLD.vault_key THEN
    -- A copy that nobody entered before stands for its file alone.
    INSERT INTO public.contents AS content (tenant_id, vault_key, sha256, size_bytes, reference_count, is_joinable,
      engine, definitions_version, policy_version, examined_with, detected_type, inspected_at, referred_at)
    VALUES (NEW.tenant_id, NEW.vault_key, NEW.sha256, NEW.size_bytes, 1, false, coalesce(NEW.verdict ->> 'engine', ''),
      coalesce(NEW.verdict ->> 'definitionsVersion', ''), coalesce(NEW.verdict ->> 'policyVersion', ''),
      coalesce(NEW.verdict ->> 'definitionsVersion', ''), NEW.detected_type,
      coalesce((NEW.verdict ->> 'decidedAt')::timestamptz, to_timestamp(0)), clock_timestamp())
    ON CONFLICT (tenant_id, vault_key) DO UPDATE SET
      reference_count = content.reference_count + 1,
      referred_at = excluded.referred_at,
      engine = CASE WHEN excluded.inspected_at > content.inspected_at THEN excluded.engine ELSE content.engine END,
      definitions_version = CASE WHEN excluded.inspected_at > content.inspected_at
        THEN excluded.definitions_version ELSE content.definitions_version END,
      policy_version = CASE WHEN excluded.inspected_at > content.inspected_at
        THEN excluded.policy_version ELSE content.policy_version END,
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
