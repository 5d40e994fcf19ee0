CREATE TABLE "policies" (
	"tenant_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"rules" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT date_trunc('milliseconds', clock_timestamp()) NOT NULL,
	"reason" text NOT NULL,
	"correlation_id" text NOT NULL,
	CONSTRAINT "policies_tenant_id_version_pk" PRIMARY KEY("tenant_id","version"),
	CONSTRAINT "policies_counted" CHECK ("policies"."version" >= 1),
	CONSTRAINT "policies_reasoned" CHECK ("policies"."reason" ~ '\S'),
	CONSTRAINT "policies_rules_form" CHECK (coalesce(jsonb_typeof("policies"."rules" -> 'maxFileBytes') = 'number'
        and jsonb_typeof("policies"."rules" -> 'maxBytesByType') = 'object'
        and jsonb_typeof("policies"."rules" -> 'findingActions') = 'object'
        and jsonb_typeof("policies"."rules" -> 'allowedTypes') = 'array' and jsonb_typeof("policies"."rules" -> 'deniedTypes') = 'array'
        and jsonb_typeof("policies"."rules" -> 'allowedExtensions') = 'array'
        and jsonb_typeof("policies"."rules" -> 'deniedExtensions') = 'array'
        and "policies"."rules" ->> 'oversize' in ('UNSCANNABLE', 'OVERLAPPING_SEGMENTS'), false))
);
--> statement-breakpoint
ALTER TABLE "policies" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "tenants" DROP CONSTRAINT "tenants_limits_by_type";--> statement-breakpoint
ALTER TABLE "policies" ADD CONSTRAINT "policies_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE POLICY "policies_tenant_reads" ON "policies" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("policies"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "policies_tenant_adds" ON "policies" AS PERMISSIVE FOR INSERT TO "lazaret_app" WITH CHECK ("policies"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid and "policies"."created_by" = nullif(current_setting('app.subject', true), ''));--> statement-breakpoint
CREATE POLICY "policies_owner_provisions" ON "policies" AS PERMISSIVE FOR ALL TO "lazaret_owner" USING (true) WITH CHECK (true);--> statement-breakpoint
ALTER TABLE "policies" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
-- Versions are added, and nothing else ever happens to them.
GRANT SELECT, INSERT ON "policies" TO lazaret_app;--> statement-breakpoint
CREATE TRIGGER "policies_stay" BEFORE UPDATE OR DELETE ON "policies" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE FUNCTION "guard_new_policy"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF NEW.version > 1 AND NOT EXISTS (
    SELECT FROM public.policies earlier WHERE earlier.tenant_id = NEW.tenant_id AND earlier.version = NEW.version - 1) THEN
    RAISE EXCEPTION 'versions of a policy have no gaps' USING ERRCODE = 'check_violation', CONSTRAINT = 'policies_without_gaps';
  END IF;
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "policies_guard_new" AFTER INSERT ON "policies" FOR EACH ROW EXECUTE FUNCTION "guard_new_policy"();--> statement-breakpoint

-- What was set before for a tenant is its first version; the size stays the operator's as well, as the ceiling.
INSERT INTO "policies" ("tenant_id", "version", "rules", "created_by", "reason", "correlation_id")
SELECT "id", 1, jsonb_build_object('maxFileBytes', "max_file_bytes", 'maxBytesByType', "max_bytes_by_type",
  'allowedTypes', '[]'::jsonb, 'deniedTypes', to_jsonb("denied_types"), 'allowedExtensions', '[]'::jsonb,
  'deniedExtensions', '[]'::jsonb, 'findingActions', '{}'::jsonb, 'oversize', 'UNSCANNABLE'),
  'system:migration', 'As it was set before policies had versions.', 'migration'
FROM "tenants";--> statement-breakpoint
ALTER TABLE "tenants" DROP COLUMN "max_bytes_by_type";--> statement-breakpoint
ALTER TABLE "tenants" DROP COLUMN "denied_types";--> statement-breakpoint

-- Who may read and change it, for the roles that every tenant has from its first day.
UPDATE "roles" SET "permissions" = "permissions" || '{policy:read}'
  WHERE "name" IN ('admin', 'analyst') AND NOT "permissions" @> '{policy:read}';--> statement-breakpoint
UPDATE "roles" SET "permissions" = "permissions" || '{policy:manage}'
  WHERE "name" = 'admin' AND NOT "permissions" @> '{policy:manage}';
