-- The relay counts each change of state by the state before and after.
GRANT SELECT ("from_state") ON "events" TO lazaret_system;
