ALTER TABLE "files" ADD COLUMN "transfer_mode" text DEFAULT 'PROXIED' NOT NULL;--> statement-breakpoint
ALTER TABLE "files" ADD COLUMN "parts_listed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "files" ADD COLUMN "direct_active_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "parts" ADD COLUMN "md5" text;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "direct_transfer" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "files_due_listing" ON "files" USING btree ("parts_listed_at") WHERE "files"."transfer_mode" = 'DIRECT' and "files"."state" in ('PENDING', 'RECEIVING');--> statement-breakpoint
ALTER TABLE "files" ADD CONSTRAINT "files_transfer_mode_known" CHECK ("files"."transfer_mode" in ('PROXIED', 'DIRECT'));--> statement-breakpoint
ALTER TABLE "parts" ADD CONSTRAINT "parts_md5_form" CHECK ("parts"."md5" ~ '^[0-9a-f]{32}$');--> statement-breakpoint
CREATE POLICY "parts_tenant_removes" ON "parts" AS PERMISSIVE FOR DELETE TO "lazaret_app" USING ("parts"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
-- What the store no longer lists leaves the ledger in the transaction that found it out.
GRANT DELETE, UPDATE ("md5") ON "parts" TO lazaret_app;--> statement-breakpoint
GRANT UPDATE ("transfer_mode", "parts_listed_at", "direct_active_at") ON "files" TO lazaret_app;--> statement-breakpoint
GRANT SELECT ("transfer_mode", "parts_listed_at", "direct_active_at") ON "files" TO lazaret_system;
