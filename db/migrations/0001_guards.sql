-- Row-level security also for the owner of the tables: nobody is above it.
ALTER TABLE "tenants" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "tenant_usage" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "roles" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "files" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "parts" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "events" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "event_heads" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "audit" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "idempotency_keys" FORCE ROW LEVEL SECURITY;--> statement-breakpoint

-- What is granted is what is needed. No DELETE and no TRUNCATE for the app on any table.
GRANT USAGE ON SCHEMA public TO lazaret_app, lazaret_system;--> statement-breakpoint
GRANT SELECT ON "tenants", "roles", "event_heads" TO lazaret_app;--> statement-breakpoint
GRANT SELECT, UPDATE ("used_bytes", "file_count") ON "tenant_usage" TO lazaret_app;--> statement-breakpoint
GRANT SELECT, INSERT ON "files" TO lazaret_app;--> statement-breakpoint
GRANT UPDATE ("version", "size_bytes", "detected_type", "sha256", "state", "verdict", "received_bytes",
  "scanned_bytes", "ingest_handle", "vault_key", "attempt", "expires_at", "updated_at", "lease_until",
  "next_attempt_at", "queued_at", "staged_removed_at", "correlation_id", "traceparent") ON "files" TO lazaret_app;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ("size_bytes", "etag", "sha256") ON "parts" TO lazaret_app;--> statement-breakpoint
GRANT SELECT, INSERT ON "events", "audit" TO lazaret_app;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ("fingerprint", "answer", "expires_at") ON "idempotency_keys" TO lazaret_app;--> statement-breakpoint

-- The cross-tenant role sees where work stands, and neither names, nor metadata, nor keys of clients.
GRANT SELECT ("tenant_id", "id", "state", "priority", "attempt", "expires_at", "updated_at", "lease_until",
  "next_attempt_at", "queued_at", "staged_removed_at", "correlation_id", "traceparent") ON "files" TO lazaret_system;--> statement-breakpoint
GRANT SELECT ("id", "tenant_id", "sequence", "file_id", "to_state", "priority", "attempt", "correlation_id",
  "traceparent", "published_at"), UPDATE ("sequence", "published_at") ON "events" TO lazaret_system;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ("last_sequence") ON "event_heads" TO lazaret_system;--> statement-breakpoint
GRANT SELECT ("id", "expires_at"), DELETE ON "idempotency_keys" TO lazaret_system;--> statement-breakpoint

-- The drawing of a file's life, kept once more where no bug of the application can forget it.
CREATE FUNCTION "guard_file_change"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state = ANY (ARRAY[
    'PENDING>RECEIVING', 'PENDING>SCANNING', 'PENDING>CANCELLED', 'PENDING>EXPIRED',
    'RECEIVING>SCANNING', 'RECEIVING>CANCELLED', 'RECEIVING>EXPIRED',
    'SCANNING>CLEAN', 'SCANNING>INFECTED', 'SCANNING>UNSCANNABLE', 'SCANNING>REJECTED',
    'CLEAN>INFECTED', 'INFECTED>CLEAN',
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
$$;--> statement-breakpoint
CREATE TRIGGER "files_guard_change" BEFORE UPDATE ON "files" FOR EACH ROW EXECUTE FUNCTION "guard_file_change"();--> statement-breakpoint

CREATE FUNCTION "guard_new_file"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF NEW.state <> 'PENDING' OR NEW.version <> 1 OR NEW.attempt <> 0 OR NEW.received_bytes <> 0 THEN
    RAISE EXCEPTION 'a file begins at the beginning' USING ERRCODE = 'check_violation', CONSTRAINT = 'files_begin_pending';
  END IF;
  RETURN NEW;
END
$$;--> statement-breakpoint
CREATE TRIGGER "files_guard_new" BEFORE INSERT ON "files" FOR EACH ROW EXECUTE FUNCTION "guard_new_file"();
