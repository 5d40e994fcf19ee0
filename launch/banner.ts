import type { Config } from '../src/config/config.js';
import { reachableHost } from '../src/config/reachable-host.js';
import type { Definitions } from './definitions.js';

/** What the banner tells of. */
export interface BannerFacts {
  readonly config: Config;
  /** null where the operator's own clamd is used. */
  readonly definitions: Definitions | null;
  /** Which services were given by the operator. */
  readonly given: readonly string[];
  readonly seconds: number;
}

/** What the operator sees when everything runs. */
export function banner(facts: BannerFacts): string {
  const { config } = facts;
  const base = config.http.publicUrl;
  const host = reachableHost(config.http.host);
  const lines = [
    '',
    `  Lazaret is ready (${facts.seconds.toFixed(1)} s).`,
    '',
    `  GraphQL        ${base}/graphql${config.profile === 'production' ? '' : '   (in a browser: GraphiQL)'}`,
    `  subscriptions  ${base.replace(/^http/, 'ws')}/graphql   or, over SSE, ${base}/graphql/stream`,
    `  tus            ${base}/uploads`,
    `  health         ${base}/readyz`,
    `  metrics        http://${host}:${config.metrics.apiPort}/metrics   workers: http://${host}:${config.metrics.workerPort}/metrics`,
    `  data and logs  ${config.dataDir}`,
    ...(facts.given.length === 0 ? [] : [`  given          ${facts.given.join(', ')}`]),
    '',
    ...definitionLines(facts.definitions),
    ...(config.auth.developmentIssuer === null ? [] : identityLines(base)),
    '  Ctrl-C stops everything.',
    '',
  ];
  return lines.join('\n');
}

function definitionLines(definitions: Definitions | null): string[] {
  if (definitions === null) return [];
  if (definitions.kind === 'official') {
    return [`  ClamAV works with its official definitions (${definitions.directory}).`, ''];
  }
  return [
    '  ! ClamAV works with DEVELOPMENT DEFINITIONS: they know the EICAR test file and no real malware.',
    "  ! ClamAV's own could not be fetched here. Start again with access to database.clamav.net,",
    '  ! or put main.cvd and daily.cvd into /var/lib/clamav.',
    '',
  ];
}

const identityLines = (base: string): string[] => [
  '  Development identities (OAuth2 clients, each with its name as its secret):',
  '    acme-admin  acme-uploader  acme-viewer  acme-analyst  acme-analyst-2',
  '    globex-admin  globex-uploader  globex-viewer  globex-analyst  globex-analyst-2',
  '',
  '  A first upload:    npm run upload -- README.md',
  '  A token for curl:  curl -s -u acme-admin:acme-admin \\',
  `                       -d grant_type=client_credentials ${base}/oauth/token`,
  '',
];
