import type { Body, Meta } from '@uppy/core';
import type { TusOpts } from '@uppy/tus';
import type { LazaretOptions } from './lazaret.js';

/** Options of `@uppy/tus` 6: our `/uploads` is tus, so there is nothing to translate. */
export const tusOptions = ({ url, token }: LazaretOptions): TusOpts<Meta, Body> => ({
  endpoint: `${url}/uploads`,
  // Before every request, so that a long upload outlives a short token.
  onBeforeRequest: async (request) => {
    request.setHeader('Authorization', `Bearer ${await token()}`);
  },
  // `filename` and `filetype` are made of these.
  allowedMetaFields: ['name', 'type'],
  removeFingerprintOnSuccess: true,
  retryDelays: [300, 1_000, 3_000, 5_000],
});
