import { registerEnumType } from 'type-graphql';

/** What a finding makes of a file. */
export enum FindingActionEnum {
  ALLOW = 'ALLOW',
  REJECTED = 'REJECTED',
  UNSCANNABLE = 'UNSCANNABLE',
  INFECTED = 'INFECTED',
}

/** What becomes of a file that no scanner takes whole. */
export enum OversizeRuleEnum {
  UNSCANNABLE = 'UNSCANNABLE',
  OVERLAPPING_SEGMENTS = 'OVERLAPPING_SEGMENTS',
}

registerEnumType(FindingActionEnum, {
  name: 'FindingAction',
  description: 'What a finding makes of a file.',
  valuesConfig: {
    ALLOW: { description: 'Only reported.' },
    REJECTED: { description: 'Refused by the policy.' },
    UNSCANNABLE: { description: 'Not provably clean.' },
    INFECTED: { description: 'Quarantined.' },
  },
});
registerEnumType(OversizeRuleEnum, {
  name: 'OversizeRule',
  description: 'What becomes of a file that is longer than any stream that the scanner can judge.',
  valuesConfig: {
    UNSCANNABLE: { description: 'Not provably clean.' },
    OVERLAPPING_SEGMENTS: {
      description: 'Judged in segments that overlap, unless it is a container; the verdict says so.',
    },
  },
});
