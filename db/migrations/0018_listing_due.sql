DROP INDEX "files_due_listing";--> statement-breakpoint
ALTER TABLE "files" ADD COLUMN "listing_due_at" timestamp (3) with time zone DEFAULT to_timestamp(0) NOT NULL;--> statement-breakpoint
CREATE INDEX "files_due_listing" ON "files" USING btree ("listing_due_at") WHERE "files"."transfer_mode" = 'DIRECT' and "files"."state" in ('PENDING', 'RECEIVING');--> statement-breakpoint
-- Whoever asks the store says when the next time is, and whoever looks for work reads what is due alone.
GRANT UPDATE ("listing_due_at") ON "files" TO lazaret_app;--> statement-breakpoint
GRANT SELECT ("listing_due_at") ON "files" TO lazaret_system;
