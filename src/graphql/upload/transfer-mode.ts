import { registerEnumType } from 'type-graphql';
import type { TransferMode } from '../../domain/file.js';

/** The ways of bytes as the enum of the schema. */
export const TransferModeEnum = { PROXIED: 'PROXIED', DIRECT: 'DIRECT' } as const satisfies {
  readonly [M in TransferMode]: M;
};

registerEnumType(TransferModeEnum, {
  name: 'TransferMode',
  description: 'Which way the bytes of signed parts go.',
  valuesConfig: {
    PROXIED: { description: 'Through the API.' },
    DIRECT: { description: 'Straight to the object store, which the API then asks what has arrived.' },
  },
});
