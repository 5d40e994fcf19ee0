CREATE INDEX "files_of_state" ON "files" USING btree ("tenant_id","state","id");--> statement-breakpoint
CREATE INDEX "files_of_creator" ON "files" USING btree ("tenant_id","created_by","id");