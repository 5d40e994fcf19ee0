CREATE TABLE "object_store" (
	"is_only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"id" uuid NOT NULL,
	"settled_at" timestamp (3) with time zone,
	CONSTRAINT "object_store_one_row" CHECK ("object_store"."is_only")
);
--> statement-breakpoint
ALTER TABLE "object_store" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE POLICY "object_store_read" ON "object_store" AS PERMISSIVE FOR SELECT TO "lazaret_app", "lazaret_system" USING (true);--> statement-breakpoint
CREATE POLICY "object_store_added" ON "object_store" AS PERMISSIVE FOR INSERT TO "lazaret_app", "lazaret_system" WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "object_store_settled" ON "object_store" AS PERMISSIVE FOR UPDATE TO "lazaret_app", "lazaret_system" USING ("object_store"."settled_at" is null) WITH CHECK (true);--> statement-breakpoint
ALTER TABLE "object_store" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ("settled_at") ON "object_store" TO lazaret_app, lazaret_system;
