ALTER TABLE "files" ADD COLUMN "append_token" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
GRANT UPDATE ("append_token") ON "files" TO lazaret_app;
