import path from 'node:path';
import { archives } from './archives.js';
import { data } from './data.js';
import { documents } from './documents.js';
import { flatDocuments } from './flat.js';
import { found } from './found.js';
import { images } from './images.js';
import { media } from './media.js';
import { office } from './office.js';
import type { Sample } from './sample.js';
import { texts } from './texts.js';

const PACKAGES = path.resolve(import.meta.dirname, '../../../../node_modules');

/** Ordinary files of all kinds, made here or found in the packages that the tests are run with. */
export const ordinaryFiles = async (): Promise<readonly Sample[]> => [
  ...texts(),
  ...images(),
  ...media(),
  ...data(),
  ...documents(),
  ...(await archives()),
  ...(await office()),
  ...(await flatDocuments()),
  ...found(PACKAGES),
];
