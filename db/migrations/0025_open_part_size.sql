ALTER TABLE "files" ADD COLUMN "is_part_size_open" boolean DEFAULT false NOT NULL;--> statement-breakpoint
GRANT UPDATE ("part_size_bytes", "is_part_size_open") ON "files" TO lazaret_app;
