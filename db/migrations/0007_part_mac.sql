ALTER TABLE "parts" ADD COLUMN "mac" text;--> statement-breakpoint
ALTER TABLE "parts" ADD CONSTRAINT "parts_mac_form" CHECK ("parts"."mac" ~ '^[0-9a-f]{64}$');--> statement-breakpoint
GRANT UPDATE ("mac") ON "parts" TO lazaret_app;
