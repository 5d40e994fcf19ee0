CREATE TABLE "fragments" (
	"tenant_id" uuid NOT NULL,
	"file_id" uuid NOT NULL,
	"part_number" integer NOT NULL,
	"offset_bytes" bigint NOT NULL,
	"size_bytes" bigint NOT NULL,
	"object_key" text NOT NULL,
	CONSTRAINT "fragments_tenant_id_file_id_part_number_offset_bytes_pk" PRIMARY KEY("tenant_id","file_id","part_number","offset_bytes"),
	CONSTRAINT "fragments_range" CHECK ("fragments"."part_number" between 1 and 10000 and "fragments"."offset_bytes" >= 0 and "fragments"."size_bytes" > 0)
);
--> statement-breakpoint
ALTER TABLE "fragments" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "fragments" ADD CONSTRAINT "fragments_file" FOREIGN KEY ("tenant_id","file_id") REFERENCES "public"."files"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE POLICY "fragments_tenant_reads" ON "fragments" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("fragments"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "fragments_tenant_adds" ON "fragments" AS PERMISSIVE FOR INSERT TO "lazaret_app" WITH CHECK ("fragments"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "fragments_tenant_removes" ON "fragments" AS PERMISSIVE FOR DELETE TO "lazaret_app" USING ("fragments"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
ALTER TABLE "fragments" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
-- The one table the app may delete from: a fragment goes in the transaction that its part comes in.
GRANT SELECT, INSERT, DELETE ON "fragments" TO lazaret_app;
