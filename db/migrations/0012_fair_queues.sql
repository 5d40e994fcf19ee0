CREATE SEQUENCE "public"."queue_numbers" INCREMENT BY 1000 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
DROP INDEX "files_due_inspection";--> statement-breakpoint
DROP INDEX "files_waiting";--> statement-breakpoint
ALTER TABLE "files" ADD COLUMN "queue_number" bigint;--> statement-breakpoint
CREATE INDEX "files_in_queue" ON "files" USING btree ("tenant_id","priority","queue_number") WHERE "files"."state" = 'SCANNING' and "files"."queue_number" is not null;--> statement-breakpoint
CREATE INDEX "files_waiting" ON "files" USING btree ("tenant_id","priority","next_attempt_at","id") WHERE "files"."state" = 'SCANNING' and "files"."queue_number" is null;--> statement-breakpoint
CREATE POLICY "files_system_hands_out" ON "files" AS PERMISSIVE FOR UPDATE TO "lazaret_system" USING ("files"."state" = 'SCANNING') WITH CHECK ("files"."state" = 'SCANNING');--> statement-breakpoint
-- Whoever hands out inspections sees how large each is, and changes nothing but its turn.
GRANT UPDATE ("queue_number") ON "files" TO lazaret_app;--> statement-breakpoint
GRANT SELECT ("size_bytes", "queue_number"), UPDATE ("queue_number") ON "files" TO lazaret_system;--> statement-breakpoint
GRANT USAGE ON SEQUENCE "queue_numbers" TO lazaret_system;
