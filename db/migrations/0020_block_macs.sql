ALTER TABLE "contents" ADD COLUMN "block_bytes" integer;--> statement-breakpoint
ALTER TABLE "contents" ADD COLUMN "block_macs" "bytea";--> statement-breakpoint
ALTER TABLE "contents" ADD CONSTRAINT "contents_blocks_proven" CHECK (("contents"."block_bytes" is null) = ("contents"."block_macs" is null));--> statement-breakpoint
-- They are read a slice at a time, and do not compress.
ALTER TABLE "contents" ALTER COLUMN "block_macs" SET STORAGE EXTERNAL;--> statement-breakpoint
GRANT UPDATE ("block_bytes", "block_macs") ON "contents" TO lazaret_app;--> statement-breakpoint

-- What proves a copy is written once, when it is sealed or the next time that all of it is read.
CREATE FUNCTION "keep_block_macs"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  RAISE EXCEPTION 'the proofs of a copy stay what they are' USING ERRCODE = 'check_violation', CONSTRAINT = 'contents_blocks_stay';
END
$$;--> statement-breakpoint
CREATE TRIGGER "contents_keep_block_macs" BEFORE UPDATE ON "contents" FOR EACH ROW
  WHEN (OLD.block_bytes IS NOT NULL AND (NEW.block_bytes IS DISTINCT FROM OLD.block_bytes OR NEW.block_macs IS DISTINCT FROM OLD.block_macs))
  EXECUTE FUNCTION "keep_block_macs"();
