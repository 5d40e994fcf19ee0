CREATE TABLE "saga_steps" (
	"tenant_id" uuid NOT NULL,
	"file_id" uuid NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "saga_steps_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"saga" text NOT NULL,
	"run" text NOT NULL,
	"step" text NOT NULL,
	"outcome" text NOT NULL,
	"cause" text,
	"at" timestamp (3) with time zone DEFAULT date_trunc('milliseconds', clock_timestamp()) NOT NULL,
	"correlation_id" text NOT NULL,
	CONSTRAINT "saga_steps_tenant_id_file_id_id_pk" PRIMARY KEY("tenant_id","file_id","id"),
	CONSTRAINT "saga_steps_step_known" CHECK ("saga_steps"."saga" || '.' || "saga_steps"."step" in ('COMPLETION.OPEN', 'COMPLETION.HAND_OVER', 'COMPLETION.ASSEMBLE',
        'INSPECTION.SEAL', 'INSPECTION.DECIDE', 'INSPECTION.CLEAN_UP', 'QUARANTINE.ENTER', 'QUARANTINE.MOVE',
        'QUARANTINE.CLEAN_UP', 'RELEASE.REQUEST', 'RELEASE.APPROVE', 'RELEASE.END', 'DELETION.END', 'DELETION.REMOVE')),
	CONSTRAINT "saga_steps_outcome_known" CHECK ("saga_steps"."outcome" in ('STARTED', 'DONE', 'FAILED', 'COMPENSATED')),
	CONSTRAINT "saga_steps_cause_is_code" CHECK ("saga_steps"."cause" ~ '^[A-Z_]{1,40}$')
);
--> statement-breakpoint
ALTER TABLE "saga_steps" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "saga_steps" ADD CONSTRAINT "saga_steps_file" FOREIGN KEY ("tenant_id","file_id") REFERENCES "public"."files"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "saga_steps_end_once" ON "saga_steps" USING btree ("tenant_id","file_id","saga","run","step","outcome") WHERE "saga_steps"."outcome" in ('DONE', 'COMPENSATED');--> statement-breakpoint
CREATE POLICY "saga_steps_tenant_reads" ON "saga_steps" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("saga_steps"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "saga_steps_tenant_adds" ON "saga_steps" AS PERMISSIVE FOR INSERT TO "lazaret_app" WITH CHECK ("saga_steps"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
ALTER TABLE "saga_steps" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
GRANT SELECT, INSERT ON "saga_steps" TO lazaret_app;--> statement-breakpoint
-- What was written stays, whoever asks: the log is what a crash is reconstructed from.
CREATE TRIGGER "saga_steps_stay" BEFORE UPDATE OR DELETE ON "saga_steps" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint
CREATE TRIGGER "saga_steps_stay_all" BEFORE TRUNCATE ON "saga_steps" FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
