import { MAX_FILE_BYTES } from '../../domain/parts.js';
import { CHECKSUM_ALGORITHMS } from '../../usecases/resumable/body-checksum.js';

/** Path that uploads are created at; each has its own path below. */
export const UPLOADS_PATH = '/uploads';

/** The one version of the protocol that is spoken. @see https://tus.io/protocols/resumable-upload */
export const TUS_VERSION = '1.0.0';

/** Media type of bytes that continue an upload. */
export const OFFSET_TYPE = 'application/offset+octet-stream';

const EXTENSIONS = [
  ...['creation', 'creation-with-upload', 'creation-defer-length', 'expiration', 'checksum', 'termination'],
  ...['checksum-trailer', 'concatenation'],
];

/** What an OPTIONS request is told of the server. */
export const CAPABILITIES: Readonly<Record<string, string>> = {
  'tus-version': TUS_VERSION,
  'tus-extension': EXTENSIONS.join(','),
  'tus-max-size': String(MAX_FILE_BYTES),
  'tus-checksum-algorithm': CHECKSUM_ALGORITHMS.join(','),
};
