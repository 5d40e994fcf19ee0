import { FIRST_RULES, type PolicyVersion } from '../../src/domain/policy.js';
import { ok } from '../../src/domain/result.js';
import type { UseCases } from '../../src/graphql/use-cases.js';

const VERSION: PolicyVersion = {
  version: 1,
  rules: FIRST_RULES,
  createdBy: 'anna',
  createdAt: new Date('2026-01-01T00:00:00.000Z'),
  reason: 'To begin with.',
};

/** Policies in memory, as far as the transports need them. */
export const fakePolicy: Pick<UseCases, 'getPolicy' | 'policyHistory' | 'updatePolicy' | 'dryRunPolicy'> = {
  getPolicy: () => Promise.resolve(ok(VERSION)),
  policyHistory: () => Promise.resolve(ok([VERSION])),
  updatePolicy: () => Promise.resolve(ok(VERSION)),
  dryRunPolicy: () => Promise.resolve(ok({ examined: 0, counts: [], different: [], undecidable: [] })),
};
