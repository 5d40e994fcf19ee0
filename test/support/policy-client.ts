import type { ApiClient, ApiOutcome } from './api-client.js';
import type { PolicyDetailsFragment, PolicyDryRunQuery, UpdatePolicyInput } from './generated/graphql.js';

/** A version of a policy as the tests ask for it. */
export type PolicyView = PolicyDetailsFragment;

/** What a dry run answers. */
export type DryRunView = PolicyDryRunQuery['policyDryRun'];

/** One user of policies. */
export interface PolicyClient {
  current(): Promise<ApiOutcome<PolicyView>>;
  history(variables: object): Promise<ApiOutcome<readonly PolicyView[]>>;
  update(input: Partial<UpdatePolicyInput>): Promise<ApiOutcome<{ readonly policy: PolicyView }>>;
  dryRun(input: object): Promise<ApiOutcome<DryRunView>>;
}

const POLICY = `version digest maxFileBytes maxBytesByType { type maxBytes } allowedTypes deniedTypes
  allowedExtensions deniedExtensions findingActions { code action } oversize createdBy createdAt reason`;
const RUN = 'from to reason file { id state }';
const CURRENT = `{ answer: policy { ${POLICY} } }`;
const HISTORY = `query ($first: Int, $before: Int) {
  answer: policyHistory(first: $first, before: $before) { ${POLICY} } }`;
const UPDATE = `mutation ($input: UpdatePolicyInput!) {
  answer: updatePolicy(input: $input) { policy { ${POLICY} } } }`;
const DRY_RUN = `query ($input: PolicyDryRunInput!) { answer: policyDryRun(input: $input) {
  examined counts { from to count } different { ${RUN} } undecidable { ${RUN} } } }`;

/** Works with policies, as the user of an API client. */
export const createPolicyClient = (api: ApiClient): PolicyClient => ({
  current: () => api.ask(CURRENT),
  history: (variables) => api.ask(HISTORY, variables),
  update: (input) => api.ask(UPDATE, { input: { reason: 'For a test.', ...input } }),
  dryRun: (input) => api.ask(DRY_RUN, { input }),
});
