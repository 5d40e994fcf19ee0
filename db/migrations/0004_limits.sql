CREATE TABLE "maintenance" (
	"name" text PRIMARY KEY NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"holder" text,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "maintenance" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "tenant_usage" ADD COLUMN "open_uploads" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "max_bytes_by_type" jsonb DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "quota_files" bigint DEFAULT 1000000 NOT NULL;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "quota_uploads" integer DEFAULT 10000 NOT NULL;--> statement-breakpoint
CREATE INDEX "files_served" ON "files" USING btree ("tenant_id","vault_key") WHERE "files"."vault_key" is not null;--> statement-breakpoint
ALTER TABLE "tenant_usage" ADD CONSTRAINT "tenant_usage_uploads_not_negative" CHECK ("tenant_usage"."open_uploads" >= 0);--> statement-breakpoint
ALTER TABLE "tenants" ADD CONSTRAINT "tenants_quotas" CHECK ("tenants"."quota_files" >= 0 and "tenants"."quota_uploads" >= 0);--> statement-breakpoint
ALTER TABLE "tenants" ADD CONSTRAINT "tenants_limits_by_type" CHECK (jsonb_typeof("tenants"."max_bytes_by_type") = 'object'
        and not jsonb_path_exists("tenants"."max_bytes_by_type", '$.* ? (@.type() != "number" || @ < 0)'));--> statement-breakpoint
CREATE POLICY "maintenance_system_reads" ON "maintenance" AS PERMISSIVE FOR SELECT TO "lazaret_system" USING (true);--> statement-breakpoint
CREATE POLICY "maintenance_system_changes" ON "maintenance" AS PERMISSIVE FOR UPDATE TO "lazaret_system" USING (true) WITH CHECK (true);--> statement-breakpoint
INSERT INTO "maintenance" ("name") VALUES ('collector');--> statement-breakpoint
ALTER TABLE "maintenance" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
GRANT SELECT, UPDATE ("lease_until", "holder", "finished_at") ON "maintenance" TO lazaret_system;--> statement-breakpoint
GRANT UPDATE ("open_uploads") ON "tenant_usage" TO lazaret_app;--> statement-breakpoint
-- What is there already is counted anew: open uploads were not counted, and rejected files gave nothing back. For
-- this one statement the owner may read the files, which it otherwise may not.
ALTER TABLE "files" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
UPDATE "tenant_usage" SET "used_bytes" = held.bytes, "file_count" = held.files, "open_uploads" = held.uploads
  FROM (SELECT usage.tenant_id, coalesce(sum(coalesce(size_bytes, received_bytes)), 0) AS bytes, count(files.id) AS files,
      count(*) FILTER (WHERE state IN ('PENDING', 'RECEIVING')) AS uploads
    FROM "tenant_usage" usage LEFT JOIN "files" ON files.tenant_id = usage.tenant_id
      AND state NOT IN ('REJECTED', 'CANCELLED', 'EXPIRED', 'DELETED') GROUP BY usage.tenant_id) held
  WHERE "tenant_usage"."tenant_id" = held.tenant_id;--> statement-breakpoint
ALTER TABLE "files" FORCE ROW LEVEL SECURITY;
