import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { startClamd } from '../../launch/services/clamd.js';
import { writeDevelopmentDefinitions } from '../../launch/services/development-definitions.js';
import { startPostgres } from '../../launch/services/postgres.js';
import { startRedis } from '../../launch/services/redis.js';
import { NEVER_LOSES_POWER } from './own-postgres.js';
import { startRgw, type Rgw } from './rgw.js';
import type { S3Access } from './s3-access.js';
import { untilUnused } from './service-users.js';

/** The real servers that the tests run against; `inject('services')` hands them out. */
export interface TestServices {
  /** Of all of them; goes when they do. */
  readonly directory: string;
  readonly postgres: { readonly superuserUrl: string };
  readonly redisUrl: string;
  /** The same clamd under both addresses, knowing the EICAR test string, and what ClamAV's own test files hold. */
  readonly clamd: { readonly tcp: string; readonly unix: string };
  readonly s3: S3Access;
  /** By which the store is administered; not where it was given. */
  readonly s3Config?: string | undefined;
}

declare module 'vitest' {
  interface ProvidedContext {
    services: TestServices;
  }
}

const BOOTSTRAP = path.resolve(import.meta.dirname, '../../launch/bootstrap.mjs');

/** Starts every server at once, compiles the product, and hands back what ends it all. */
export async function provideServices(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'lazaret-test-'));
  const stops: (() => Promise<void>)[] = [];
  const teardown = async (): Promise<void> => {
    await untilUnused(directory);
    await Promise.all(stops.map((stop) => stop()));
    await rm(directory, { recursive: true, force: true });
  };
  const keep = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const server = await starting;
    stops.push(() => server.stop());
    return server;
  };
  const [postgres, redis, clamd, s3, built] = await Promise.allSettled([
    keep(startTestPostgres(path.join(directory, 'pg'))),
    keep(startRedis({ directory: path.join(directory, 'redis') })),
    keep(startTestClamd(path.join(directory, 'clamd'))),
    givenS3() ?? keep(startRgw(path.join(directory, 'rgw'))),
    promisify(execFile)(process.execPath, [BOOTSTRAP, 'build']),
  ]);
  try {
    need(built);
    project.provide('services', {
      directory,
      postgres: { superuserUrl: need(postgres).url },
      redisUrl: need(redis).url,
      clamd: { tcp: need(clamd).tcp, unix: need(clamd).unix },
      s3: toAccess(need(s3)),
      s3Config: configOf(need(s3)),
    });
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}

function need<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'fulfilled') return result.value;
  throw result.reason;
}

/** What is provided must be plain data: vitest hands it to other processes. */
const toAccess = ({ endpoint, accessKey, secretKey, region, ingest }: S3Access): S3Access => ({
  endpoint,
  accessKey,
  secretKey,
  region,
  ingest,
});

const configOf = (s3: S3Access | Rgw): string | undefined => ('config' in s3 ? s3.config : undefined);

const startTestPostgres = (directory: string): ReturnType<typeof startPostgres> =>
  startPostgres({
    directory,
    password: 'postgres',
    settings: { ...NEVER_LOSES_POWER, max_connections: '400', shared_buffers: '128MB' },
  });

/** Out of the program that ClamAV's test files hold in many ways; all that it does is to show a message. */
const TEST_PROGRAM = 'bb7110400033c050508bf3535350b02940300466ac79f9ba';

async function startTestClamd(directory: string): ReturnType<typeof startClamd> {
  await writeDevelopmentDefinitions(path.join(directory, 'db'));
  await writeFile(path.join(directory, 'db', 'lazaret-test.ndb'), `Lazaret.Test.Clam:0:*:${TEST_PROGRAM}\n`);
  return startClamd({ directory });
}

function givenS3(): S3Access | null {
  const endpoint = process.env['S3_ENDPOINT'];
  if (endpoint === undefined || endpoint === '') return null;
  return {
    endpoint,
    accessKey: given('S3_ACCESS_KEY'),
    secretKey: given('S3_SECRET_KEY'),
    region: process.env['S3_REGION'] ?? 'us-east-1',
    ingest: {
      accessKey: given('S3_INGEST_ACCESS_KEY'),
      secretKey: given('S3_INGEST_SECRET_KEY'),
      principal: given('S3_INGEST_PRINCIPAL'),
    },
  };
}

function given(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} must be set together with S3_ENDPOINT.`);
  return value;
}
