import type { ApiClient, ApiOutcome } from './api-client.js';

/** A release as the tests ask for it. */
export interface ReleaseView {
  readonly id: string;
  readonly status: string;
  readonly inForce: boolean;
  readonly reason: string;
  readonly requestedBy: string;
  readonly expiresAt: string;
  readonly decidedBy: string | null;
  readonly decisionReason: string | null;
  readonly endedBy: string | null;
  readonly endCause: string | null;
}

/** What the quarantine knows of a file. */
export interface EntryView {
  readonly content: string;
  readonly quarantinedAt: string;
  readonly retainedUntil: string | null;
  readonly removalCause: string | null;
  readonly release: ReleaseView | null;
  readonly history: readonly {
    readonly kind: string;
    readonly subject: string;
    readonly reason: string | null;
    readonly cause: string | null;
  }[];
  readonly file: {
    readonly id: string;
    readonly state: string;
    readonly verdict: { readonly findings: readonly { readonly code: string; readonly detail: string }[] };
  };
}

/** A page of the quarantine. */
export interface QuarantinePage {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly edges: readonly { readonly cursor: string; readonly node: EntryView }[];
}

/** One user of the quarantine. */
export interface QuarantineClient {
  readonly api: ApiClient;
  list(variables: object): Promise<ApiOutcome<QuarantinePage>>;
  /** By the file; `null` for one that the tenant does not have. */
  entry(fileId: string): Promise<ApiOutcome<EntryView | null>>;
  request(input: object): Promise<ApiOutcome<{ readonly release: ReleaseView }>>;
  approve(input: object): Promise<ApiOutcome<{ readonly release: ReleaseView }>>;
  refuse(input: object): Promise<ApiOutcome<{ readonly release: ReleaseView }>>;
  end(input: object): Promise<ApiOutcome<{ readonly release: ReleaseView }>>;
  forensic(input: object): Promise<ApiOutcome<{ readonly url: string; readonly password: string }>>;
}

const RELEASE = `id status inForce reason requestedBy expiresAt decidedBy decisionReason endedBy endCause`;
const ENTRY = `content quarantinedAt retainedUntil removalCause release { ${RELEASE} }
  history { kind subject reason cause } file { id state verdict { findings { code detail } } }`;
const LIST = `query ($filter: QuarantineFilter, $first: Int, $after: String) {
  answer: quarantine(filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } edges { cursor node { ${ENTRY} } } } }`;
const FILE = `query ($id: ID!) { answer: file(id: $id) { quarantine { ${ENTRY} } } }`;
const mutation = (name: string, input: string, answer: string): string =>
  `mutation ($input: ${input}!) { answer: ${name}(input: $input) { ${answer} } }`;

/** Works with the quarantine, as the user of an API client. */
export const createQuarantineClient = (api: ApiClient): QuarantineClient => ({
  api,
  list: (variables) => api.ask(LIST, variables),
  entry: async (id) => {
    const outcome = await api.ask<{ quarantine: EntryView | null } | null>(FILE, { id });
    return outcome.ok ? { ok: true, value: outcome.value?.quarantine ?? null } : outcome;
  },
  request: (input) => change(api, 'requestRelease', 'RequestReleaseInput', input),
  approve: (input) => change(api, 'approveRelease', 'ApproveReleaseInput', input),
  refuse: (input) => change(api, 'refuseRelease', 'EndReleaseInput', input),
  end: (input) => change(api, 'endRelease', 'EndReleaseInput', input),
  forensic: (input) =>
    api.ask(mutation('createForensicUrl', 'CreateForensicUrlInput', 'url password expiresAt'), { input }),
});

const change = (
  api: ApiClient,
  name: string,
  type: string,
  input: object,
): Promise<ApiOutcome<{ readonly release: ReleaseView }>> =>
  api.ask(mutation(name, type, `release { ${RELEASE} }`), { input });
