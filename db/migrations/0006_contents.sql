CREATE TABLE "contents" (
	"tenant_id" uuid NOT NULL,
	"vault_key" text NOT NULL,
	"sha256" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"reference_count" bigint DEFAULT 0 NOT NULL,
	"is_joinable" boolean NOT NULL,
	"engine" text DEFAULT '' NOT NULL,
	"definitions_version" text DEFAULT '' NOT NULL,
	"detected_type" text,
	"inspected_at" timestamp (3) with time zone DEFAULT to_timestamp(0) NOT NULL,
	CONSTRAINT "contents_tenant_id_vault_key_pk" PRIMARY KEY("tenant_id","vault_key"),
	CONSTRAINT "contents_counts" CHECK ("contents"."reference_count" >= 0 and "contents"."size_bytes" >= 0),
	CONSTRAINT "contents_sha256_form" CHECK ("contents"."sha256" ~ '^[0-9a-f]{64}$')
);
--> statement-breakpoint
ALTER TABLE "contents" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "possession_challenges" (
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "possession_challenges_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"tenant_id" uuid NOT NULL,
	"challenge" text NOT NULL,
	"subject" text NOT NULL,
	"sha256" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "possession_challenges_tenant_id_challenge_pk" PRIMARY KEY("tenant_id","challenge"),
	CONSTRAINT "possession_challenges_id_unique" UNIQUE("id"),
	CONSTRAINT "possession_challenges_form" CHECK ("possession_challenges"."challenge" ~ '^[0-9a-f]{64}$' and "possession_challenges"."size_bytes" >= 0)
);
--> statement-breakpoint
ALTER TABLE "possession_challenges" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "contents" ADD CONSTRAINT "contents_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "possession_challenges" ADD CONSTRAINT "possession_challenges_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "contents_stored_once" ON "contents" USING btree ("tenant_id","sha256") WHERE "contents"."is_joinable";--> statement-breakpoint
CREATE INDEX "contents_unreferenced" ON "contents" USING btree ("tenant_id","sha256") WHERE "contents"."reference_count" = 0;--> statement-breakpoint
CREATE INDEX "possession_challenges_of_subject" ON "possession_challenges" USING btree ("tenant_id","subject","expires_at");--> statement-breakpoint
CREATE INDEX "possession_challenges_expiry" ON "possession_challenges" USING btree ("expires_at");--> statement-breakpoint
CREATE POLICY "contents_tenant_reads" ON "contents" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("contents"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "contents_tenant_adds" ON "contents" AS PERMISSIVE FOR INSERT TO "lazaret_app" WITH CHECK ("contents"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid and "contents"."reference_count" <= 1);--> statement-breakpoint
CREATE POLICY "contents_tenant_changes" ON "contents" AS PERMISSIVE FOR UPDATE TO "lazaret_app" USING ("contents"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK ("contents"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "contents_tenant_forgets" ON "contents" AS PERMISSIVE FOR DELETE TO "lazaret_app" USING ("contents"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid and "contents"."reference_count" = 0 and not "contents"."is_joinable");--> statement-breakpoint
CREATE POLICY "possession_challenges_subject_reads" ON "possession_challenges" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("possession_challenges"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid and "possession_challenges"."subject" = nullif(current_setting('app.subject', true), ''));--> statement-breakpoint
CREATE POLICY "possession_challenges_subject_asks" ON "possession_challenges" AS PERMISSIVE FOR INSERT TO "lazaret_app" WITH CHECK ("possession_challenges"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid and "possession_challenges"."subject" = nullif(current_setting('app.subject', true), ''));--> statement-breakpoint
CREATE POLICY "possession_challenges_subject_takes" ON "possession_challenges" AS PERMISSIVE FOR DELETE TO "lazaret_app" USING ("possession_challenges"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid and "possession_challenges"."subject" = nullif(current_setting('app.subject', true), ''));--> statement-breakpoint
CREATE POLICY "possession_challenges_system_reads" ON "possession_challenges" AS PERMISSIVE FOR SELECT TO "lazaret_system" USING ("possession_challenges"."expires_at" <= now());--> statement-breakpoint
CREATE POLICY "possession_challenges_system_forgets" ON "possession_challenges" AS PERMISSIVE FOR DELETE TO "lazaret_system" USING ("possession_challenges"."expires_at" <= now());--> statement-breakpoint

-- Every clean file of before has a copy of its own; the oldest one of each content takes references from now on.
ALTER TABLE "files" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
INSERT INTO "contents" ("tenant_id", "vault_key", "sha256", "size_bytes", "reference_count", "is_joinable",
  "engine", "definitions_version", "detected_type", "inspected_at")
SELECT "tenant_id", "vault_key", "sha256", "size_bytes", 1,
  row_number() OVER (PARTITION BY "tenant_id", "sha256" ORDER BY "id") = 1,
  coalesce("verdict" ->> 'engine', ''), coalesce("verdict" ->> 'definitionsVersion', ''), "detected_type",
  coalesce(("verdict" ->> 'decidedAt')::timestamptz, to_timestamp(0))
FROM "files" WHERE "state" = 'CLEAN';--> statement-breakpoint
ALTER TABLE "files" FORCE ROW LEVEL SECURITY;--> statement-breakpoint

ALTER TABLE "contents" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "possession_challenges" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
-- A copy's row goes when its bytes have gone; the policy lets no other one go.
GRANT SELECT, INSERT, DELETE, UPDATE ("reference_count", "is_joinable", "engine", "definitions_version",
  "detected_type", "inspected_at") ON "contents" TO lazaret_app;--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON "possession_challenges" TO lazaret_app;--> statement-breakpoint
GRANT SELECT ("id", "expires_at"), DELETE ON "possession_challenges" TO lazaret_system;--> statement-breakpoint

-- References are counted where no code can forget one: with the change of the file that makes or ends them.
CREATE FUNCTION "count_references"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF NEW.vault_key IS NOT NULL AND NEW.vault_key IS DISTINCT FROM OLD.vault_key THEN
    -- A copy that nobody entered before stands for its file alone.
    INSERT INTO public.contents AS content (tenant_id, vault_key, sha256, size_bytes, reference_count, is_joinable,
      engine, definitions_version, detected_type, inspected_at)
    VALUES (NEW.tenant_id, NEW.vault_key, NEW.sha256, NEW.size_bytes, 1, false, coalesce(NEW.verdict ->> 'engine', ''),
      coalesce(NEW.verdict ->> 'definitionsVersion', ''), NEW.detected_type,
      coalesce((NEW.verdict ->> 'decidedAt')::timestamptz, to_timestamp(0)))
    ON CONFLICT (tenant_id, vault_key) DO UPDATE SET
      reference_count = content.reference_count + 1,
      engine = CASE WHEN excluded.inspected_at > content.inspected_at THEN excluded.engine ELSE content.engine END,
      definitions_version = CASE WHEN excluded.inspected_at > content.inspected_at
        THEN excluded.definitions_version ELSE content.definitions_version END,
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
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "files_count_references" AFTER UPDATE ON "files" FOR EACH ROW
  WHEN (OLD.vault_key IS DISTINCT FROM NEW.vault_key OR OLD.state <> NEW.state)
  EXECUTE FUNCTION "count_references"();
