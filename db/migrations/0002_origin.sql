-- The relay counts changes of state by where they came from as well.
GRANT SELECT ("from_state") ON "events" TO lazaret_system;
