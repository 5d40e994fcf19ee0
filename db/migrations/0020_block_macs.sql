ALTER TABLE "contents" ADD COLUMN "block_bytes" integer;--> statement-breakpoint
ALTER TABLE "contents" ADD COLUMN "block_macs" text;--> statement-breakpoint
ALTER TABLE "contents" ADD CONSTRAINT "contents_blocks_proven" CHECK (("contents"."block_bytes" is null) = ("contents"."block_macs" is null));