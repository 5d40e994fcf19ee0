import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { SigningKey } from './presign.js';
import type { S3Connection } from './s3-connection.js';
import { sendSigned, type RawAnswer } from './send-signed.js';

/** How the name of every rule of ours begins, so that the rules of an operator are told apart and left alone. */
const RULE_MARK = 'lazaret-';
/** Tag of staged objects that nobody keeps on purpose. A store that ignores it expires none of them. */
export const STAGED_TAG = 'lazaret=staged';

/** A configuration of a bucket. */
export interface BucketRule {
  readonly bucket: string;
  /** Subresource of the bucket. */
  readonly kind: 'policy' | 'cors' | 'lifecycle';
  readonly document: string;
}

/** What became of a rule. */
export type RuleOutcome =
  | { readonly kind: 'set' }
  /** The operator has rules there that are not ours; they stay as they are. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'refused'; readonly status: number };

/** Sets a rule, unless somebody else has set another. */
export async function ensureRule(
  connection: S3Connection,
  key: SigningKey,
  { bucket, kind, document }: BucketRule,
): Promise<RuleOutcome> {
  const send = (method: string, headers: Record<string, string>, body?: string): Promise<RawAnswer> =>
    sendSigned(connection, key, { method, path: `/${bucket}`, query: { [kind]: '' }, headers }, body);
  const present = await send('GET', {});
  if (present.status === 200 && !isOurs(kind, present.body)) return { kind: 'foreign' };
  const md5 = createHash('md5').update(document).digest('base64');
  const { status } = await send('PUT', { 'content-md5': md5 }, document);
  return status < 300 ? { kind: 'set' } : { kind: 'refused', status };
}

/** A document is replaced as a whole, so that one rule of somebody else makes it theirs. */
function isOurs(kind: BucketRule['kind'], document: string): boolean {
  if (kind === 'policy') return sidsOf(document).every((sid) => sid?.startsWith(RULE_MARK));
  const count = (pattern: RegExp): number => document.match(pattern)?.length ?? 0;
  return count(/<(?:CORS)?Rule[\s>]/g) === count(new RegExp(`<ID>${RULE_MARK}`, 'g'));
}

const policySchema = z.object({ Statement: z.array(z.object({ Sid: z.string().optional() })) });

/** Of a policy in another form than we would give it: it has one that is not ours. */
function sidsOf(document: string): readonly (string | undefined)[] {
  try {
    return policySchema.parse(JSON.parse(document)).Statement.map(({ Sid }) => Sid);
  } catch {
    return [undefined];
  }
}

/** What lets a principal write objects of a bucket and do nothing else, not even read what it wrote. */
export function writeOnlyPolicy(bucket: string, principal: string): string {
  const who = { AWS: [principal] };
  const objects = `arn:aws:s3:::${bucket}/*`;
  const everything = [`arn:aws:s3:::${bucket}`, objects];
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: `${RULE_MARK}writes`,
        Effect: 'Allow',
        Principal: who,
        Action: ['s3:PutObject'],
        Resource: [objects],
      },
      {
        Sid: `${RULE_MARK}nothing-else`,
        Effect: 'Deny',
        Principal: who,
        Action: ['s3:Get*', 's3:List*', 's3:Delete*', 's3:Abort*', 's3:PutObjectAcl', 's3:PutBucket*'],
        Resource: everything,
      },
    ],
  });
}

/** What lets pages of some origins put parts and read their etags. */
export function corsRules(origins: readonly string[]): string {
  const allowed = origins.map((origin) => `<AllowedOrigin>${escapeXml(origin)}</AllowedOrigin>`).join('');
  return `<CORSConfiguration><CORSRule><ID>${RULE_MARK}parts</ID>${allowed}<AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds></CORSRule></CORSConfiguration>`;
}

/**
 * What removes leftovers that everything else has missed: uploads that were never ended, and in the staging area
 * objects that are still tagged as staged.
 */
export function lifecycleRules(days: number, hasStaged: boolean): string {
  const uploads = `<Rule><ID>${RULE_MARK}open-uploads</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>${String(days)}</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>`;
  const [tag = '', value = ''] = STAGED_TAG.split('=');
  const staged = `<Rule><ID>${RULE_MARK}staged</ID><Status>Enabled</Status><Filter><Tag><Key>${tag}</Key><Value>${value}</Value></Tag></Filter><Expiration><Days>${String(days)}</Days></Expiration></Rule>`;
  return `<LifecycleConfiguration>${uploads}${hasStaged ? staged : ''}</LifecycleConfiguration>`;
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
