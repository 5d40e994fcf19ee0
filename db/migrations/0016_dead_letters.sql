CREATE TABLE "dead_letters" (
	"tenant_id" uuid NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"file_id" uuid NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"status" text DEFAULT 'OPEN' NOT NULL,
	"cause" text NOT NULL,
	"failure_class" text NOT NULL,
	"message" text NOT NULL,
	"attempt" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT date_trunc('milliseconds', clock_timestamp()) NOT NULL,
	"decided_by" text,
	"decided_at" timestamp (3) with time zone,
	"reason" text,
	"correlation_id" text NOT NULL,
	CONSTRAINT "dead_letters_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "dead_letters_status_known" CHECK ("dead_letters"."status" in ('OPEN', 'REPLAYED', 'DISCARDED')),
	CONSTRAINT "dead_letters_cause_known" CHECK ("dead_letters"."cause" in ('PAYLOAD_REFUSED', 'PERMANENT_FAILURE', 'ATTEMPTS_USED_UP', 'UNKNOWN_FAILURE', 'STALLED')),
	CONSTRAINT "dead_letters_class_known" CHECK ("dead_letters"."failure_class" in ('TRANSIENT', 'RATE_LIMITED', 'PERMANENT', 'UNKNOWN', 'INTERRUPTED', 'LOST')),
	CONSTRAINT "dead_letters_decided_by_somebody" CHECK (("dead_letters"."status" = 'OPEN') = ("dead_letters"."decided_by" is null) and ("dead_letters"."decided_by" is null) = ("dead_letters"."decided_at" is null)),
	CONSTRAINT "dead_letters_discarded_for_a_reason" CHECK ("dead_letters"."status" <> 'DISCARDED' or coalesce("dead_letters"."reason" ~ '\S', false))
);
--> statement-breakpoint
ALTER TABLE "dead_letters" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "failed_attempts" (
	"tenant_id" uuid NOT NULL,
	"file_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"failure_class" text NOT NULL,
	"message" text NOT NULL,
	"occurred_at" timestamp (3) with time zone DEFAULT date_trunc('milliseconds', clock_timestamp()) NOT NULL,
	"correlation_id" text NOT NULL,
	CONSTRAINT "failed_attempts_tenant_id_file_id_attempt_pk" PRIMARY KEY("tenant_id","file_id","attempt"),
	CONSTRAINT "failed_attempts_class_known" CHECK ("failed_attempts"."failure_class" in ('TRANSIENT', 'RATE_LIMITED', 'PERMANENT', 'UNKNOWN', 'INTERRUPTED', 'LOST'))
);
--> statement-breakpoint
ALTER TABLE "failed_attempts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD CONSTRAINT "dead_letters_file" FOREIGN KEY ("tenant_id","file_id") REFERENCES "public"."files"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "failed_attempts" ADD CONSTRAINT "failed_attempts_file" FOREIGN KEY ("tenant_id","file_id") REFERENCES "public"."files"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "dead_letters_one_open" ON "dead_letters" USING btree ("tenant_id","file_id") WHERE "dead_letters"."status" = 'OPEN';--> statement-breakpoint
CREATE INDEX "dead_letters_in_order" ON "dead_letters" USING btree ("tenant_id","created_at","id");--> statement-breakpoint
CREATE INDEX "dead_letters_of_file" ON "dead_letters" USING btree ("tenant_id","file_id","attempt");--> statement-breakpoint
CREATE INDEX "dead_letters_open" ON "dead_letters" USING btree ("created_at") WHERE "dead_letters"."status" = 'OPEN';--> statement-breakpoint
CREATE POLICY "dead_letters_tenant_reads" ON "dead_letters" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("dead_letters"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "dead_letters_tenant_adds" ON "dead_letters" AS PERMISSIVE FOR INSERT TO "lazaret_app" WITH CHECK ("dead_letters"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid and "dead_letters"."status" = 'OPEN');--> statement-breakpoint
CREATE POLICY "dead_letters_tenant_changes" ON "dead_letters" AS PERMISSIVE FOR UPDATE TO "lazaret_app" USING ("dead_letters"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK ("dead_letters"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "dead_letters_system_finds_work" ON "dead_letters" AS PERMISSIVE FOR SELECT TO "lazaret_system" USING ("dead_letters"."status" = 'OPEN');--> statement-breakpoint
CREATE POLICY "failed_attempts_tenant_reads" ON "failed_attempts" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("failed_attempts"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "failed_attempts_tenant_adds" ON "failed_attempts" AS PERMISSIVE FOR INSERT TO "lazaret_app" WITH CHECK ("failed_attempts"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
ALTER TABLE "failed_attempts" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "dead_letters" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
GRANT SELECT, INSERT ON "failed_attempts" TO lazaret_app;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ("version", "status", "decided_by", "decided_at", "reason", "correlation_id") ON "dead_letters" TO lazaret_app;--> statement-breakpoint
-- What waits for a decision, why, and since when; no names and no messages.
GRANT SELECT ("tenant_id", "id", "file_id", "status", "cause", "created_at") ON "dead_letters" TO lazaret_system;--> statement-breakpoint
UPDATE "roles" SET "permissions" = "permissions" || '{deadletter:read,deadletter:manage}'
  WHERE "name" = 'admin' AND NOT "permissions" @> '{deadletter:read}';--> statement-breakpoint

CREATE FUNCTION "guard_dead_letter"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'OPEN' OR NEW.version <> 1 THEN
      RAISE EXCEPTION 'a dead letter begins open' USING ERRCODE = 'check_violation', CONSTRAINT = 'dead_letters_begin_open';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.status <> 'OPEN' OR NEW.status = 'OPEN' OR NEW.version <> OLD.version + 1 THEN
    RAISE EXCEPTION 'a dead letter is decided over once' USING ERRCODE = 'check_violation', CONSTRAINT = 'dead_letters_decision_is_final';
  END IF;
  -- The name of whoever decides is the one that the transaction runs for.
  IF NEW.decided_by IS DISTINCT FROM coalesce(nullif(current_setting('app.subject', true), ''), session_user) THEN
    RAISE EXCEPTION 'a decision is signed by whoever makes it' USING ERRCODE = 'check_violation', CONSTRAINT = 'dead_letters_decision_signed';
  END IF;
  RETURN NEW;
END
$$;--> statement-breakpoint
CREATE TRIGGER "dead_letters_guard" BEFORE INSERT OR UPDATE ON "dead_letters" FOR EACH ROW EXECUTE FUNCTION "guard_dead_letter"();--> statement-breakpoint

-- With the file goes what could have been decided over it.
CREATE FUNCTION "close_dead_letters"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  UPDATE public.dead_letters SET status = 'DISCARDED', version = version + 1, reason = 'The file was deleted.',
    decided_by = coalesce(nullif(current_setting('app.subject', true), ''), session_user),
    decided_at = date_trunc('milliseconds', clock_timestamp()), correlation_id = NEW.correlation_id
  WHERE tenant_id = NEW.tenant_id AND file_id = NEW.id AND status = 'OPEN';
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "files_close_dead_letters" AFTER UPDATE ON "files" FOR EACH ROW
  WHEN (OLD.state <> NEW.state AND NEW.state = 'DELETED') EXECUTE FUNCTION "close_dead_letters"();--> statement-breakpoint

-- The drawing of a file's life gets one arrow: what was given up without a verdict, and is still there whole, may be
-- inspected again when somebody replays its dead letter.
CREATE FUNCTION "guard_replay"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF NEW.staged_removed_at IS NOT NULL OR NOT EXISTS (SELECT FROM public.dead_letters letter
    WHERE letter.tenant_id = NEW.tenant_id AND letter.file_id = NEW.id AND letter.status = 'OPEN') THEN
    RAISE EXCEPTION 'only a dead letter is replayed' USING ERRCODE = 'check_violation', CONSTRAINT = 'files_replay_of_dead_letter';
  END IF;
  RETURN NEW;
END
$$;--> statement-breakpoint
CREATE TRIGGER "files_guard_replay" BEFORE UPDATE ON "files" FOR EACH ROW
  WHEN (OLD.state = 'UNSCANNABLE' AND NEW.state = 'SCANNING') EXECUTE FUNCTION "guard_replay"();--> statement-breakpoint
CREATE OR REPLACE FUNCTION "guard_file_change"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state = ANY (ARRAY[
    'PENDING>RECEIVING', 'PENDING>SCANNING', 'PENDING>CANCELLED', 'PENDING>EXPIRED',
    'RECEIVING>SCANNING', 'RECEIVING>CANCELLED', 'RECEIVING>EXPIRED',
    'SCANNING>CLEAN', 'SCANNING>INFECTED', 'SCANNING>UNSCANNABLE', 'SCANNING>REJECTED',
    'CLEAN>INFECTED', 'INFECTED>CLEAN', 'UNSCANNABLE>SCANNING',
    'CLEAN>DELETED', 'INFECTED>DELETED', 'UNSCANNABLE>DELETED', 'REJECTED>DELETED',
    'CANCELLED>DELETED', 'EXPIRED>DELETED'
  ])) THEN
    RAISE EXCEPTION 'a file does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation', CONSTRAINT = 'files_legal_change';
  END IF;
  IF NEW.version - OLD.version <> (CASE WHEN NEW.state <> OLD.state THEN 1 ELSE 0 END) THEN
    RAISE EXCEPTION 'the version counts the changes of state' USING ERRCODE = 'check_violation', CONSTRAINT = 'files_version_counts';
  END IF;
  IF NEW.attempt < OLD.attempt OR NEW.scanned_bytes < OLD.scanned_bytes THEN
    RAISE EXCEPTION 'attempts and scanned bytes never shrink' USING ERRCODE = 'check_violation', CONSTRAINT = 'files_monotonic';
  END IF;
  IF OLD.state NOT IN ('PENDING', 'RECEIVING')
    AND (NEW.received_bytes, NEW.size_bytes) IS DISTINCT FROM (OLD.received_bytes, OLD.size_bytes) THEN
    RAISE EXCEPTION 'nothing arrives after completion' USING ERRCODE = 'check_violation', CONSTRAINT = 'files_complete_is_final';
  END IF;
  IF OLD.state = 'CLEAN' AND NEW.state = 'CLEAN'
    AND (NEW.vault_key, NEW.sha256) IS DISTINCT FROM (OLD.vault_key, OLD.sha256) THEN
    RAISE EXCEPTION 'what is served never changes' USING ERRCODE = 'check_violation', CONSTRAINT = 'files_served_is_final';
  END IF;
  RETURN NEW;
END
$$;
