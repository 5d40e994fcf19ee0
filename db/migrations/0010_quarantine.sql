CREATE TABLE "quarantine_events" (
	"tenant_id" uuid NOT NULL,
	"sequence" bigint NOT NULL,
	"file_id" uuid NOT NULL,
	"release_id" uuid,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"reason" text,
	"expires_at" timestamp (3) with time zone,
	"cause" text,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"correlation_id" text NOT NULL,
	CONSTRAINT "quarantine_events_tenant_id_sequence_pk" PRIMARY KEY("tenant_id","sequence"),
	CONSTRAINT "quarantine_events_kind_known" CHECK ("quarantine_events"."kind" in ('QUARANTINED', 'RELEASE_REQUESTED', 'RELEASE_APPROVED', 'RELEASE_REFUSED', 'RELEASE_ENDED',
        'CONTENT_REMOVED', 'RELEASED_DOWNLOAD', 'FORENSIC_DOWNLOAD'))
);
--> statement-breakpoint
ALTER TABLE "quarantine_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "quarantine" (
	"tenant_id" uuid NOT NULL,
	"file_id" uuid NOT NULL,
	"quarantined_at" timestamp (3) with time zone NOT NULL,
	"source_key" text,
	"held_at" timestamp (3) with time zone,
	"retained_until" timestamp (3) with time zone,
	"removed_at" timestamp (3) with time zone,
	"removal_cause" text,
	"correlation_id" text NOT NULL,
	CONSTRAINT "quarantine_tenant_id_file_id_pk" PRIMARY KEY("tenant_id","file_id"),
	CONSTRAINT "quarantine_held_for_a_time" CHECK (("quarantine"."held_at" is null) = ("quarantine"."retained_until" is null)),
	CONSTRAINT "quarantine_removed_for_a_cause" CHECK (("quarantine"."removed_at" is null) = ("quarantine"."removal_cause" is null)),
	CONSTRAINT "quarantine_cause_known" CHECK ("quarantine"."removal_cause" in ('RETENTION', 'DELETED', 'LOST'))
);
--> statement-breakpoint
ALTER TABLE "quarantine" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "releases" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"file_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"status" text NOT NULL,
	"reason" text NOT NULL,
	"requested_by" text NOT NULL,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"decided_by" text,
	"decided_at" timestamp (3) with time zone,
	"decision_reason" text,
	"ended_by" text,
	"ended_at" timestamp (3) with time zone,
	"end_cause" text,
	"end_reason" text,
	"definitions_version" text NOT NULL,
	"correlation_id" text NOT NULL,
	CONSTRAINT "releases_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "releases_four_eyes" CHECK ("releases"."decided_by" is null or "releases"."decided_by" <> "releases"."requested_by"),
	CONSTRAINT "releases_status_known" CHECK ("releases"."status" in ('REQUESTED', 'APPROVED', 'REFUSED', 'ENDED')),
	CONSTRAINT "releases_reasoned" CHECK ("releases"."reason" ~ '\S'),
	CONSTRAINT "releases_for_a_time" CHECK ("releases"."expires_at" > "releases"."requested_at"),
	CONSTRAINT "releases_decided_by_somebody" CHECK (("releases"."decided_by" is null) = ("releases"."decided_at" is null)
        and ("releases"."status" <> 'REQUESTED' or "releases"."decided_by" is null)
        and ("releases"."status" not in ('APPROVED', 'REFUSED') or "releases"."decided_by" is not null)),
	CONSTRAINT "releases_ended_for_a_cause" CHECK (("releases"."status" = 'ENDED') = ("releases"."ended_at" is not null)
        and ("releases"."ended_at" is null) = ("releases"."end_cause" is null) and ("releases"."ended_at" is null) = ("releases"."ended_by" is null)),
	CONSTRAINT "releases_cause_known" CHECK ("releases"."end_cause" in ('EXPIRED', 'REVOKED', 'HIT', 'REMOVED'))
);
--> statement-breakpoint
ALTER TABLE "releases" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "quarantine_events" ADD CONSTRAINT "quarantine_events_file" FOREIGN KEY ("tenant_id","file_id") REFERENCES "public"."files"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quarantine" ADD CONSTRAINT "quarantine_file" FOREIGN KEY ("tenant_id","file_id") REFERENCES "public"."files"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "releases" ADD CONSTRAINT "releases_file" FOREIGN KEY ("tenant_id","file_id") REFERENCES "public"."files"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "quarantine_events_of_file" ON "quarantine_events" USING btree ("tenant_id","file_id","sequence");--> statement-breakpoint
CREATE INDEX "quarantine_in_order" ON "quarantine" USING btree ("tenant_id","quarantined_at","file_id");--> statement-breakpoint
CREATE INDEX "quarantine_due_retention" ON "quarantine" USING btree ("retained_until") WHERE "quarantine"."removed_at" is null;--> statement-breakpoint
CREATE INDEX "quarantine_sources" ON "quarantine" USING btree ("tenant_id","source_key") WHERE "quarantine"."source_key" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "releases_one_open" ON "releases" USING btree ("tenant_id","file_id") WHERE "releases"."status" in ('REQUESTED', 'APPROVED');--> statement-breakpoint
CREATE INDEX "releases_of_file" ON "releases" USING btree ("tenant_id","file_id","requested_at");--> statement-breakpoint
CREATE INDEX "releases_due_end" ON "releases" USING btree ("expires_at") WHERE "releases"."status" in ('REQUESTED', 'APPROVED');--> statement-breakpoint
CREATE POLICY "quarantine_events_tenant_reads" ON "quarantine_events" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("quarantine_events"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "quarantine_events_tenant_adds" ON "quarantine_events" AS PERMISSIVE FOR INSERT TO "lazaret_app" WITH CHECK ("quarantine_events"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid and "quarantine_events"."subject" = nullif(current_setting('app.subject', true), '')
        and "quarantine_events"."kind" in ('RELEASED_DOWNLOAD', 'FORENSIC_DOWNLOAD'));--> statement-breakpoint
CREATE POLICY "quarantine_events_owner_records" ON "quarantine_events" AS PERMISSIVE FOR ALL TO "lazaret_owner" USING ("quarantine_events"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid or nullif(current_setting('app.tenant_id', true), '')::uuid is null) WITH CHECK ("quarantine_events"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid or nullif(current_setting('app.tenant_id', true), '')::uuid is null);--> statement-breakpoint
CREATE POLICY "quarantine_tenant_reads" ON "quarantine" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("quarantine"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "quarantine_owner_records" ON "quarantine" AS PERMISSIVE FOR ALL TO "lazaret_owner" USING ("quarantine"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid or nullif(current_setting('app.tenant_id', true), '')::uuid is null) WITH CHECK ("quarantine"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid or nullif(current_setting('app.tenant_id', true), '')::uuid is null);--> statement-breakpoint
CREATE POLICY "quarantine_tenant_changes" ON "quarantine" AS PERMISSIVE FOR UPDATE TO "lazaret_app" USING ("quarantine"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK ("quarantine"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "quarantine_system_finds_work" ON "quarantine" AS PERMISSIVE FOR SELECT TO "lazaret_system" USING ("quarantine"."removed_at" is null);--> statement-breakpoint
CREATE POLICY "releases_tenant_reads" ON "releases" AS PERMISSIVE FOR SELECT TO "lazaret_app" USING ("releases"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "releases_tenant_adds" ON "releases" AS PERMISSIVE FOR INSERT TO "lazaret_app" WITH CHECK ("releases"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid and "releases"."requested_by" = nullif(current_setting('app.subject', true), '') and "releases"."status" = 'REQUESTED');--> statement-breakpoint
CREATE POLICY "releases_tenant_changes" ON "releases" AS PERMISSIVE FOR UPDATE TO "lazaret_app" USING ("releases"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid) WITH CHECK ("releases"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "releases_owner_records" ON "releases" AS PERMISSIVE FOR ALL TO "lazaret_owner" USING ("releases"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid or nullif(current_setting('app.tenant_id', true), '')::uuid is null) WITH CHECK ("releases"."tenant_id" = nullif(current_setting('app.tenant_id', true), '')::uuid or nullif(current_setting('app.tenant_id', true), '')::uuid is null);--> statement-breakpoint
CREATE POLICY "releases_system_finds_work" ON "releases" AS PERMISSIVE FOR SELECT TO "lazaret_system" USING ("releases"."status" in ('REQUESTED', 'APPROVED'));--> statement-breakpoint
ALTER TABLE "quarantine" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "releases" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "quarantine_events" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
-- Rows of the quarantine are added by a trigger alone, and no row of the three tables ever goes.
GRANT SELECT, UPDATE ("held_at", "retained_until", "removed_at", "removal_cause", "correlation_id") ON "quarantine" TO lazaret_app;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ("version", "status", "decided_by", "decided_at", "decision_reason", "ended_by", "ended_at",
  "end_cause", "end_reason", "definitions_version", "correlation_id") ON "releases" TO lazaret_app;--> statement-breakpoint
GRANT SELECT, INSERT ON "quarantine_events" TO lazaret_app;--> statement-breakpoint
GRANT SELECT ("tenant_id", "file_id", "retained_until", "removed_at") ON "quarantine" TO lazaret_system;--> statement-breakpoint
GRANT SELECT ("tenant_id", "id", "file_id", "status", "expires_at", "definitions_version") ON "releases" TO lazaret_system;--> statement-breakpoint

-- Who may do what in the quarantine, for the roles that every tenant has from its first day.
UPDATE "roles" SET "permissions" = "permissions" || '{quarantine:read,quarantine:request-release,quarantine:approve-release,quarantine:download-released}'
  WHERE "name" IN ('admin', 'analyst') AND NOT "permissions" @> '{quarantine:read}';--> statement-breakpoint
UPDATE "roles" SET "permissions" = "permissions" || '{quarantine:download}'
  WHERE "name" = 'analyst' AND NOT "permissions" @> '{quarantine:download}';--> statement-breakpoint

-- What is infected already is still staged: the row sends it to the quarantine area, and the sweeper takes it there.
-- For these statements the owner works on all tenants, which it otherwise does not.
ALTER TABLE "files" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "quarantine" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
INSERT INTO "quarantine" ("tenant_id", "file_id", "quarantined_at", "correlation_id")
SELECT "tenant_id", "id", "updated_at", "correlation_id" FROM "files" WHERE "state" = 'INFECTED';--> statement-breakpoint
UPDATE "files" SET "staged_removed_at" = NULL WHERE "state" = 'INFECTED';--> statement-breakpoint
ALTER TABLE "quarantine" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "files" FORCE ROW LEVEL SECURITY;--> statement-breakpoint

-- A number is taken under a lock that is held up to the commit: whoever has read up to a number has missed none.
CREATE FUNCTION "number_quarantine_event"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.tenant_id::text, 7265182413));
  SELECT coalesce(max(sequence), 0) + 1 INTO NEW.sequence FROM public.quarantine_events WHERE tenant_id = NEW.tenant_id;
  NEW.occurred_at := date_trunc('milliseconds', clock_timestamp());
  RETURN NEW;
END
$$;--> statement-breakpoint
CREATE TRIGGER "quarantine_events_number" BEFORE INSERT ON "quarantine_events" FOR EACH ROW EXECUTE FUNCTION "number_quarantine_event"();--> statement-breakpoint
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;--> statement-breakpoint
CREATE TRIGGER "quarantine_events_stay" BEFORE UPDATE OR DELETE ON "quarantine_events" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();--> statement-breakpoint

-- What happens is recorded with it, with the rights of the owner: the app can neither forget nor invent it.
CREATE FUNCTION "record_quarantine"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL) THEN
    RETURN NULL;
  END IF;
  INSERT INTO public.quarantine_events (tenant_id, sequence, file_id, kind, subject, cause, occurred_at, correlation_id)
  VALUES (NEW.tenant_id, 0, NEW.file_id, CASE TG_OP WHEN 'INSERT' THEN 'QUARANTINED' ELSE 'CONTENT_REMOVED' END,
    coalesce(nullif(current_setting('app.subject', true), ''), session_user), NEW.removal_cause, clock_timestamp(), NEW.correlation_id);
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "quarantine_record" AFTER INSERT OR UPDATE ON "quarantine" FOR EACH ROW EXECUTE FUNCTION "record_quarantine"();--> statement-breakpoint
CREATE FUNCTION "record_release"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.status = NEW.status THEN
    RETURN NULL;
  END IF;
  INSERT INTO public.quarantine_events (tenant_id, sequence, file_id, release_id, kind, subject, reason, expires_at, cause,
    occurred_at, correlation_id)
  VALUES (NEW.tenant_id, 0, NEW.file_id, NEW.id, 'RELEASE_' || NEW.status, coalesce(nullif(current_setting('app.subject', true), ''), session_user),
    CASE NEW.status WHEN 'REQUESTED' THEN NEW.reason WHEN 'ENDED' THEN NEW.end_reason ELSE NEW.decision_reason END,
    NEW.expires_at, NEW.end_cause, clock_timestamp(), NEW.correlation_id);
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "releases_record" AFTER INSERT OR UPDATE ON "releases" FOR EACH ROW EXECUTE FUNCTION "record_release"();--> statement-breakpoint

-- The row comes with the verdict, and a release ends with what it was for, whichever code decides.
CREATE FUNCTION "keep_quarantine"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF NEW.state = 'INFECTED' THEN
    INSERT INTO public.quarantine (tenant_id, file_id, quarantined_at, source_key, correlation_id)
    VALUES (NEW.tenant_id, NEW.id, date_trunc('milliseconds', clock_timestamp()), OLD.vault_key, NEW.correlation_id);
  ELSE
    UPDATE public.releases SET status = 'ENDED', version = version + 1, ended_by = coalesce(nullif(current_setting('app.subject', true), ''), session_user),
      ended_at = date_trunc('milliseconds', clock_timestamp()), end_cause = 'REMOVED', correlation_id = NEW.correlation_id
    WHERE tenant_id = NEW.tenant_id AND file_id = NEW.id AND status IN ('REQUESTED', 'APPROVED');
  END IF;
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "files_keep_quarantine" AFTER UPDATE ON "files" FOR EACH ROW
  WHEN (OLD.state <> NEW.state AND (OLD.state = 'INFECTED' OR NEW.state = 'INFECTED'))
  EXECUTE FUNCTION "keep_quarantine"();--> statement-breakpoint

CREATE FUNCTION "guard_quarantine"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF OLD.removed_at IS NOT NULL OR OLD.held_at IS NOT NULL AND (NEW.held_at, NEW.retained_until) IS DISTINCT FROM (OLD.held_at, OLD.retained_until) THEN
    RAISE EXCEPTION 'what is held stays until it is removed, and does not come back' USING ERRCODE = 'check_violation', CONSTRAINT = 'quarantine_steps';
  END IF;
  RETURN NEW;
END
$$;--> statement-breakpoint
CREATE TRIGGER "quarantine_guard_change" BEFORE UPDATE ON "quarantine" FOR EACH ROW EXECUTE FUNCTION "guard_quarantine"();--> statement-breakpoint

-- Four eyes, kept once more where no bug and no role of the application can step around them.
-- After the policies, which say what is whose.
CREATE FUNCTION "guard_new_release"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF NEW.version <> 1 OR NEW.status <> 'REQUESTED' OR NOT EXISTS (
    SELECT FROM public.quarantine held WHERE held.tenant_id = NEW.tenant_id AND held.file_id = NEW.file_id
      AND held.removed_at IS NULL AND held.retained_until >= NEW.expires_at) THEN
    RAISE EXCEPTION 'a release is requested for content that is held for as long' USING ERRCODE = 'check_violation', CONSTRAINT = 'releases_of_held_content';
  END IF;
  RETURN NULL;
END
$$;--> statement-breakpoint
CREATE TRIGGER "releases_guard_new" AFTER INSERT ON "releases" FOR EACH ROW EXECUTE FUNCTION "guard_new_release"();--> statement-breakpoint
CREATE FUNCTION "guard_release"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF NEW.status <> OLD.status AND NOT (OLD.status || '>' || NEW.status = ANY (ARRAY[
    'REQUESTED>APPROVED', 'REQUESTED>REFUSED', 'REQUESTED>ENDED', 'APPROVED>ENDED'])) THEN
    RAISE EXCEPTION 'a release does not go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation', CONSTRAINT = 'releases_legal_change';
  END IF;
  IF NEW.version - OLD.version <> (CASE WHEN NEW.status <> OLD.status THEN 1 ELSE 0 END) THEN
    RAISE EXCEPTION 'the version counts the changes of status' USING ERRCODE = 'check_violation', CONSTRAINT = 'releases_version_counts';
  END IF;
  IF NEW.status <> OLD.status AND NEW.status IN ('APPROVED', 'REFUSED') THEN
    -- The name of whoever decides is the one that the transaction runs for, and never the service itself.
    IF NEW.decided_by IS DISTINCT FROM nullif(current_setting('app.subject', true), '') OR NEW.decided_by LIKE 'system:%' THEN
      RAISE EXCEPTION 'a decision is signed by whoever makes it' USING ERRCODE = 'check_violation', CONSTRAINT = 'releases_decision_signed';
    END IF;
    IF NEW.status = 'APPROVED' AND NEW.expires_at <= clock_timestamp() THEN
      RAISE EXCEPTION 'what has expired is not approved' USING ERRCODE = 'check_violation', CONSTRAINT = 'releases_approved_in_time';
    END IF;
  ELSIF (NEW.decided_by, NEW.decided_at, NEW.decision_reason) IS DISTINCT FROM (OLD.decided_by, OLD.decided_at, OLD.decision_reason) THEN
    RAISE EXCEPTION 'a decision is made once' USING ERRCODE = 'check_violation', CONSTRAINT = 'releases_decision_is_final';
  END IF;
  IF NEW.status = OLD.status AND (NEW.ended_by, NEW.ended_at, NEW.end_cause, NEW.end_reason)
    IS DISTINCT FROM (OLD.ended_by, OLD.ended_at, OLD.end_cause, OLD.end_reason) THEN
    RAISE EXCEPTION 'a release ends once' USING ERRCODE = 'check_violation', CONSTRAINT = 'releases_end_is_final';
  END IF;
  RETURN NEW;
END
$$;--> statement-breakpoint
CREATE TRIGGER "releases_guard_change" BEFORE UPDATE ON "releases" FOR EACH ROW EXECUTE FUNCTION "guard_release"();--> statement-breakpoint
REVOKE ALL ON FUNCTION "record_quarantine"(), "record_release"(), "keep_quarantine"() FROM PUBLIC;
