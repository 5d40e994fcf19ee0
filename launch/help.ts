/** What `npm start -- --help` prints. */
export const START_HELP = `
usage: npm start

Starts Lazaret with everything it needs on this machine: Postgres, Redis and ClamAV under one data
directory, the API and a worker. Missing Debian packages are installed with apt. Ctrl-C stops everything.

What is given is used; what is not is embedded:
  DATABASE_URL                  Postgres 18 or newer, as a role that may create roles; it is migrated
  REDIS_URL                     Redis 7 with maxmemory-policy noeviction: redis://host:port,
                                redis+sentinel://host:port,host:port/master or redis+cluster://host:port,host:port
  CLAMD_ADDRESSES               tcp://host:port,unix:///path
  S3_ENDPOINT                   with S3_ACCESS_KEY, S3_SECRET_KEY, S3_BUCKET_PREFIX, S3_REGION;
                                else files are kept in the data directory
  OIDC_ISSUER, OIDC_AUDIENCE    else the development issuer with its identities

Where it is found:
  LAZARET_PORT                  default 4000
  LAZARET_METRICS_PORT          default 9464
  LAZARET_WORKER_METRICS_PORT   default 9465
  LAZARET_HOST                  default 127.0.0.1
  LAZARET_DATA_DIR              default .lazaret
  LAZARET_PROFILE               development (default) or production

All variables are in the README.`;
