CREATE TABLE "audit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"tenant_id" uuid NOT NULL,
	"subject" text NOT NULL,
	"action" text NOT NULL,
	"file_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"correlation_id" text NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT date_trunc('milliseconds', clock_timestamp()) NOT NULL
);
--> statement-breakpoint
ALTER TABLE "audit" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "event_heads" (
	"tenant_id" uuid PRIMARY KEY NOT NULL,
	"last_sequence" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "event_heads" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"tenant_id" uuid NOT NULL,
	"sequence" bigint,
	"file_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"from_state" text,
	"to_state" text NOT NULL,
	"priority" text NOT NULL,
	"attempt" integer NOT NULL,
	"snapshot" jsonb NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"correlation_id" text NOT NULL,
	"traceparent" text,
	"published_at" timestamp (3) with time zone,
	CONSTRAINT "events_sequence" UNIQUE("tenant_id","sequence"),
	CONSTRAINT "events_version" UNIQUE("tenant_id","file_id","version")
);
--> statement-breakpoint
ALTER TABLE "events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "files" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"version" integer NOT NULL,
	"name" text NOT NULL,
	"size_bytes" bigint,
	"declared_type" text,
	"declared_sha256" text,
	"detected_type" text,
	"sha256" text,
	"state" text NOT NULL,
	"priority" text NOT NULL,
	"metadata" jsonb NOT NULL,
	"verdict" jsonb,
	"part_size_bytes" bigint NOT NULL,
	"received_bytes" bigint NOT NULL,
	"scanned_bytes" bigint NOT NULL,
	"ingest_handle" text,
	"ingest_key" text NOT NULL,
	"vault_key" text,
	"attempt" integer NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"next_attempt_at" timestamp (3) with time zone,
	"queued_at" timestamp (3) with time zone,
	"staged_removed_at" timestamp (3) with time zone,
	"correlation_id" text NOT NULL,
	"traceparent" text,
	CONSTRAINT "files_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "files_state_known" CHECK ("files"."state" in ('PENDING', 'RECEIVING', 'SCANNING', 'CLEAN', 'INFECTED', 'UNSCANNABLE', 'REJECTED', 'CANCELLED', 'EXPIRED', 'DELETED')),
	CONSTRAINT "files_priority_known" CHECK ("files"."priority" in ('INTERACTIVE', 'BULK')),
	CONSTRAINT "files_served_only_when_clean" CHECK (("files"."vault_key" is not null) = ("files"."state" = 'CLEAN')),
	CONSTRAINT "files_clean_is_proven" CHECK ("files"."state" <> 'CLEAN' or ("files"."sha256" is not null and "files"."verdict" is not null
        and coalesce("files"."verdict" ->> 'definitionsVersion', '') <> ''
        and ("files"."declared_sha256" is null or "files"."declared_sha256" = "files"."sha256"))),
	CONSTRAINT "files_verdict_matches_state" CHECK (case when "files"."state" in ('CLEAN', 'INFECTED', 'UNSCANNABLE', 'REJECTED')
        then coalesce("files"."verdict" ->> 'outcome' = "files"."state", false)
        else "files"."verdict" is null or "files"."state" = 'DELETED' end),
	CONSTRAINT "files_complete_before_inspection" CHECK ("files"."state" not in ('SCANNING', 'CLEAN', 'INFECTED', 'UNSCANNABLE', 'REJECTED')
        or coalesce("files"."size_bytes" = "files"."received_bytes", false)),
	CONSTRAINT "files_counts_not_negative" CHECK ("files"."version" >= 1 and "files"."attempt" >= 0 and "files"."size_bytes" >= 0
        and "files"."received_bytes" >= 0 and "files"."scanned_bytes" >= 0 and "files"."part_size_bytes" > 0),
	CONSTRAINT "files_received_within_size" CHECK ("files"."received_bytes" <= "files"."size_bytes"),
	CONSTRAINT "files_lease_only_when_scanning" CHECK ("files"."lease_until" is null or "files"."state" = 'SCANNING'),
	CONSTRAINT "files_sha256_form" CHECK ("files"."sha256" ~ '^[0-9a-f]{64}$' and "files"."declared_sha256" ~ '^[0-9a-f]{64}$')
);
--> statement-breakpoint
ALTER TABLE "files" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "idempotency_keys_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"tenant_id" uuid NOT NULL,
	"key" text NOT NULL,
	"fingerprint" text NOT NULL,
	"answer" jsonb,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_tenant_id_key_pk" PRIMARY KEY("tenant_id","key"),
	CONSTRAINT "idempotency_keys_id_unique" UNIQUE("id")
);
--> statement-breakpoint
ALTER TABLE "idempotency_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "parts" (
	"tenant_id" uuid NOT NULL,
	"file_id" uuid NOT NULL,
	"part_number" integer NOT NULL,
	"size_bytes" bigint NOT NULL,
	"etag" text NOT NULL,
	"sha256" text,
	CONSTRAINT "parts_tenant_id_file_id_part_number_pk" PRIMARY KEY("tenant_id","file_id","part_number"),
	CONSTRAINT "parts_number_range" CHECK ("parts"."part_number" between 1 and 10000 and "parts"."size_bytes" >= 0),
	CONSTRAINT "parts_sha256_form" CHECK ("parts"."sha256" ~ '^[0-9a-f]{64}$')
);
--> statement-breakpoint
ALTER TABLE "parts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "roles" (
	"tenant_id" uuid NOT NULL,
	"name" text NOT NULL,
	"permissions" text[] NOT NULL,
	CONSTRAINT "roles_tenant_id_name_pk" PRIMARY KEY("tenant_id","name")
);
--> statement-breakpoint
ALTER TABLE "roles" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "tenant_usage" (
	"tenant_id" uuid PRIMARY KEY NOT NULL,
	"used_bytes" bigint DEFAULT 0 NOT NULL,
	"file_count" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "tenant_usage_not_negative" CHECK ("tenant_usage"."used_bytes" >= 0 and "tenant_usage"."file_count" >= 0)
);
--> statement-breakpoint
ALTER TABLE "tenant_usage" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "tenants" (
	"id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"max_file_bytes" bigint NOT NULL,
	"quota_bytes" bigint NOT NULL,
	"denied_types" text[] NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT date_trunc('milliseconds', clock_timestamp()) NOT NULL,
	CONSTRAINT "tenants_slug_unique" UNIQUE("slug"),
	CONSTRAINT "tenants_limits" CHECK ("tenants"."max_file_bytes" >= 0 and "tenants"."quota_bytes" >= 0)
);
--> statement-breakpoint
ALTER TABLE "tenants" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "audit" ADD CONSTRAINT "audit_file" FOREIGN KEY ("tenant_id","file_id") REFERENCES "public"."files"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "event_heads" ADD CONSTRAINT "event_heads_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_file" FOREIGN KEY ("tenant_id","file_id") REFERENCES "public"."files"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "files" ADD CONSTRAINT "files_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "parts" ADD CONSTRAINT "parts_file" FOREIGN KEY ("tenant_id","file_id") REFERENCES "public"."files"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roles" ADD CONSTRAINT "roles_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tenant_usage" ADD CONSTRAINT "tenant_usage_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_of_file" ON "audit" USING btree ("tenant_id","file_id","id");--> statement-breakpoint
CREATE INDEX "events_unnumbered" ON "events" USING btree ("id") WHERE "events"."sequence" is null;--> statement-breakpoint
CREATE INDEX "events_unpublished" ON "events" USING btree ("id") WHERE "events"."published_at" is null;--> statement-breakpoint
CREATE INDEX "files_waiting" ON "files" USING btree ("tenant_id","priority","queued_at","id") WHERE "files"."state" = 'SCANNING';--> statement-breakpoint
CREATE INDEX "files_due_inspection" ON "files" USING btree ("next_attempt_at") WHERE "files"."state" = 'SCANNING';--> statement-breakpoint
CREATE INDEX "files_due_expiry" ON "files" USING btree ("expires_at") WHERE "files"."state" in ('PENDING', 'RECEIVING');--> statement-breakpoint
CREATE INDEX "files_due_cleanup" ON "files" USING btree ("updated_at") WHERE "files"."staged_removed_at" is null and "files"."state" not in ('PENDING', 'RECEIVING', 'SCANNING');--> statement-breakpoint
CREATE INDEX "idempotency_keys_expiry" ON "idempotency_keys" USING btree ("expires_at");--> statement-breakpoint
CREATE POLICY "audit_tenant_reads" ON "audit" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("audit"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "audit_tenant_adds" ON "audit" AS PERMISSIVE FOR INSERT TO "lazaret_app" WITH CHECK ("audit"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid and "audit"."subject" = nullif(current_setting('app.subject', true), ''));--> statement-breakpoint
CREATE POLICY "event_heads_tenant_reads" ON "event_heads" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("event_heads"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "event_heads_system_counts" ON "event_heads" AS PERMISSIVE FOR ALL TO "lazaret_system" USING (true) WITH CHECK ("event_heads"."last_sequence" >= 0);--> statement-breakpoint
CREATE POLICY "events_tenant_reads" ON "events" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("events"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "events_tenant_adds" ON "events" AS PERMISSIVE FOR INSERT TO "lazaret_app" WITH CHECK ("events"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid and "events"."sequence" is null and "events"."published_at" is null);--> statement-breakpoint
CREATE POLICY "events_system_reads" ON "events" AS PERMISSIVE FOR SELECT TO "lazaret_system" USING (true);--> statement-breakpoint
CREATE POLICY "events_system_numbers" ON "events" AS PERMISSIVE FOR UPDATE TO "lazaret_system" USING ("events"."published_at" is null) WITH CHECK ("events"."sequence" is not null);--> statement-breakpoint
CREATE POLICY "files_tenant_reads" ON "files" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("files"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "files_tenant_adds" ON "files" AS PERMISSIVE FOR INSERT TO "lazaret_app" WITH CHECK ("files"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid and "files"."created_by" = nullif(current_setting('app.subject', true), ''));--> statement-breakpoint
CREATE POLICY "files_tenant_changes" ON "files" AS PERMISSIVE FOR UPDATE TO "lazaret_app" USING ("files"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK ("files"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "files_system_finds_work" ON "files" AS PERMISSIVE FOR SELECT TO "lazaret_system" USING ("files"."state" in ('PENDING', 'RECEIVING', 'SCANNING') or "files"."staged_removed_at" is null);--> statement-breakpoint
CREATE POLICY "idempotency_keys_tenant_reads" ON "idempotency_keys" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("idempotency_keys"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "idempotency_keys_tenant_adds" ON "idempotency_keys" AS PERMISSIVE FOR INSERT TO "lazaret_app" WITH CHECK ("idempotency_keys"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "idempotency_keys_tenant_changes" ON "idempotency_keys" AS PERMISSIVE FOR UPDATE TO "lazaret_app" USING ("idempotency_keys"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK ("idempotency_keys"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "idempotency_keys_system_reads" ON "idempotency_keys" AS PERMISSIVE FOR SELECT TO "lazaret_system" USING ("idempotency_keys"."expires_at" <= now());--> statement-breakpoint
CREATE POLICY "idempotency_keys_system_forgets" ON "idempotency_keys" AS PERMISSIVE FOR DELETE TO "lazaret_system" USING ("idempotency_keys"."expires_at" <= now());--> statement-breakpoint
CREATE POLICY "parts_tenant_reads" ON "parts" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("parts"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "parts_tenant_adds" ON "parts" AS PERMISSIVE FOR INSERT TO "lazaret_app" WITH CHECK ("parts"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "parts_tenant_changes" ON "parts" AS PERMISSIVE FOR UPDATE TO "lazaret_app" USING ("parts"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK ("parts"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "roles_tenant_reads" ON "roles" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("roles"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "roles_owner_provisions" ON "roles" AS PERMISSIVE FOR ALL TO "lazaret_owner" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenant_usage_tenant_reads" ON "tenant_usage" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("tenant_usage"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "tenant_usage_tenant_changes" ON "tenant_usage" AS PERMISSIVE FOR UPDATE TO "lazaret_app" USING ("tenant_usage"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK ("tenant_usage"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "tenant_usage_owner_provisions" ON "tenant_usage" AS PERMISSIVE FOR ALL TO "lazaret_owner" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "tenants_tenant_reads" ON "tenants" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("tenants"."id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "tenants_owner_provisions" ON "tenants" AS PERMISSIVE FOR ALL TO "lazaret_owner" USING (true) WITH CHECK (true);