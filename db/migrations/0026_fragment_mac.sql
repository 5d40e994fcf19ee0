ALTER TABLE "fragments" ADD COLUMN "mac" text;--> statement-breakpoint
ALTER TABLE "fragments" ADD CONSTRAINT "fragments_mac_form" CHECK ("fragments"."mac" ~ '^[0-9a-f]{64}$');