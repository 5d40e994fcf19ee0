import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import { z } from 'zod';
import { parseFileId, parseTenantId } from '../../domain/ids.js';
import type { Clock } from '../../ports/clock.js';
import { ZIP_ENCRYPTIONS } from '../../domain/zip-encryption.js';
import type {
  DownloadGrant,
  ForensicGrant,
  PartGrant,
  ReleasedGrant,
  S3UploadGrant,
  UrlSigner,
} from '../../ports/url-signer.js';

/** What the signer is made of. */
export interface UrlSignerOptions {
  /** Secret of at least 32 bytes, the same in all processes that sign or read. */
  readonly key: Uint8Array;
  /** What clients reach the service under, without a slash at the end. */
  readonly publicUrl: string;
  readonly clock: Clock;
}

/**
 * Signs URLs by putting the grant into a JWT, one audience for each purpose so that no token of one kind
 * passes for another.
 *
 * @throws RangeError when the key is too short for HS256
 * @see https://www.rfc-editor.org/rfc/rfc8725#section-3
 */
export function createUrlSigner({ key, publicUrl, clock }: UrlSignerOptions): UrlSigner {
  // RFC 7518 section 3.2: "A key of the same size as the hash output (for instance, 256 bits for "HS256")
  // or larger MUST be used with this algorithm."
  if (key.byteLength < MIN_KEY_BYTES) throw new RangeError('The signing key must have at least 32 bytes.');
  const codec: Codec = { key, clock };
  return {
    partUrl: async (grant, expiresAt) =>
      `${publicUrl}/parts/${await sign(codec, PART_AUDIENCE, toPartClaims(grant), grant.subject, expiresAt)}`,
    downloadUrl: async (grant, expiresAt) =>
      `${publicUrl}/downloads/${await sign(codec, DOWNLOAD_AUDIENCE, toFileClaims(grant), grant.subject, expiresAt)}`,
    releasedUrl: async (grant, expiresAt) => {
      const claims = { ...toFileClaims(grant), release: grant.releaseId };
      return `${publicUrl}/quarantine/released/${await sign(codec, RELEASED_AUDIENCE, claims, grant.subject, expiresAt)}`;
    },
    forensicUrl: async (grant, expiresAt) => {
      const claims = { ...toFileClaims(grant), encryption: grant.encryption };
      return `${publicUrl}/quarantine/forensic/${await sign(codec, FORENSIC_AUDIENCE, claims, grant.subject, expiresAt)}`;
    },
    s3UploadUrl: async (grant, expiresAt) =>
      `${publicUrl}/s3/${await sign(codec, S3_AUDIENCE, toFileClaims(grant), grant.subject, expiresAt)}`,
    readPart: async (token) => partGrant.safeParse(await verify(codec, PART_AUDIENCE, token)).data,
    readDownload: async (token) => fileGrant.safeParse(await verify(codec, DOWNLOAD_AUDIENCE, token)).data,
    readReleased: async (token) =>
      releasedGrant.safeParse(await verify(codec, RELEASED_AUDIENCE, token)).data,
    readForensic: async (token) =>
      forensicGrant.safeParse(await verify(codec, FORENSIC_AUDIENCE, token)).data,
    readS3Upload: async (token) => fileGrant.safeParse(await verify(codec, S3_AUDIENCE, token)).data,
    tusUrl: (fileId) => `${publicUrl}/uploads/${fileId}`,
  };
}

const ALGORITHM = 'HS256';
const MIN_KEY_BYTES = 32;
/** Longest token that is looked at; a grant with the longest subject stays below it. */
const MAX_TOKEN_CHARACTERS = 4_096;
const PART_AUDIENCE = 'lazaret:part';
const DOWNLOAD_AUDIENCE = 'lazaret:download';
const S3_AUDIENCE = 'lazaret:s3';
const RELEASED_AUDIENCE = 'lazaret:released';
const FORENSIC_AUDIENCE = 'lazaret:forensic';

interface Codec {
  readonly key: Uint8Array;
  readonly clock: Clock;
}

/** What URLs for a whole file carry; their audience says what for. */
type FileGrant = DownloadGrant & S3UploadGrant;

const toFileClaims = (grant: FileGrant): JWTPayload => ({ tenant: grant.tenantId, file: grant.fileId });

const toPartClaims = (grant: PartGrant): JWTPayload => ({
  ...toFileClaims(grant),
  part: grant.partNumber,
  size: grant.sizeBytes,
  ...(grant.sha256 !== undefined && { sha256: grant.sha256 }),
});

const fileClaims = z.object({
  sub: z.string().min(1),
  tenant: z.string().transform(parseTenantId).pipe(z.custom<PartGrant['tenantId']>(isPresent)),
  file: z.string().transform(parseFileId).pipe(z.custom<PartGrant['fileId']>(isPresent)),
});

const toFileGrant = ({ sub, tenant, file }: z.output<typeof fileClaims>): FileGrant => ({
  tenantId: tenant,
  fileId: file,
  subject: sub,
});

const fileGrant = fileClaims.transform(toFileGrant);

const releasedGrant = fileClaims
  .extend({ release: z.uuid() })
  .transform(({ release, ...claims }): ReleasedGrant => ({ ...toFileGrant(claims), releaseId: release }));

const forensicGrant = fileClaims
  .extend({ encryption: z.enum(ZIP_ENCRYPTIONS) })
  .transform(({ encryption, ...claims }): ForensicGrant => ({ ...toFileGrant(claims), encryption }));

const partGrant = fileClaims
  .extend({
    part: z.int().positive(),
    size: z.int().nonnegative(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
  })
  .transform(({ sub, tenant, file, part, size, sha256 }): PartGrant => ({
    tenantId: tenant,
    fileId: file,
    partNumber: part,
    sizeBytes: size,
    subject: sub,
    ...(sha256 !== undefined && { sha256 }),
  }));

function isPresent(value: unknown): boolean {
  return value !== undefined;
}

async function sign(
  { key, clock }: Codec,
  audience: string,
  claims: JWTPayload,
  subject: string,
  expiresAt: Date,
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM })
    .setAudience(audience)
    .setSubject(subject)
    .setIssuedAt(clock.now())
    .setExpirationTime(expiresAt)
    .sign(key);
}

async function verify({ key, clock }: Codec, audience: string, token: string): Promise<unknown> {
  if (token.length > MAX_TOKEN_CHARACTERS) return undefined;
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      audience,
      requiredClaims: ['exp', 'sub'],
      currentDate: clock.now(),
      clockTolerance: 0,
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
