-- How much an examination will read, so that a worker can bound how much it reads at the same time.
GRANT SELECT ("size_bytes") ON "contents" TO lazaret_system;
