import { claimOfName, claimOfType, type Claim } from './claims.js';
import type { ContentType } from './content-type.js';

/** What is known of content beside its bytes. */
export interface Label {
  readonly name: string;
  /** `null` where nothing was declared. */
  readonly declaredType: string | null;
}

const NOTHING_DECLARED = new Set(['application/octet-stream', 'binary/octet-stream']);

/**
 * Compares what name and declared type claim with what the bytes are. Names that nobody knows and
 * `application/octet-stream` claim nothing. Text may be text of any kind, and also bytes of no known kind: there
 * is no mark that text has and nothing else has. Whatever has a mark must have the one that was claimed.
 *
 * @returns what disagrees, in words; `undefined` when everything agrees
 */
export function findMismatch(label: Label, content: ContentType): string | undefined {
  const { name, declaredType } = label;
  const isDeclared = declaredType !== null && !NOTHING_DECLARED.has(declaredType.toLowerCase());
  const is = content.mediaType ?? 'of no known kind';
  const declared = isDeclared ? claimOfType(declaredType) : undefined;
  if (declared && !keeps(declared, content)) {
    return `Declared as ${declaredType ?? ''}, the content is ${is}.`;
  }
  const named = claimOfName(name);
  if (named && !keeps(named, content)) return `The name ends in ${extensionOf(name)}, the content is ${is}.`;
  return undefined;
}

/** Whether a name or a declared type claims that content is text. */
export const claimsText = (name: string, declaredType: string | null): boolean =>
  [claimOfName(name), declaredType === null ? undefined : claimOfType(declaredType)].some((claim) =>
    claim?.includes('text'),
  );

/** Whether content is what a name claims, or the name claims nothing. */
export function isNamedHonestly(name: string, content: ContentType): boolean {
  const claim = claimOfName(name);
  return claim === undefined || keeps(claim, content);
}

const isText = ({ family, mediaType }: ContentType): boolean =>
  family === 'text' || family === 'markup' || mediaType === 'application/rtf';

function keeps(claim: Claim, content: ContentType): boolean {
  const { mediaType, family } = content;
  return claim.some((claimed) => {
    if (claimed === 'text') return isText(content) || family === 'unknown';
    // A type of a class that nobody knows may have a mark that nobody knows, or be text: drawings and lists of songs are.
    if (claimed.endsWith('/*')) {
      return (
        family === 'unknown' ||
        mediaType === 'text/plain' ||
        (mediaType?.startsWith(claimed.slice(0, -1)) ?? false)
      );
    }
    return claimed === mediaType;
  });
}

const extensionOf = (name: string): string => name.slice(name.lastIndexOf('.'));

const DISGUISED =
  /\.(?:pdf|docx?|xlsx?|pptx?|odt|rtf|txt|csv|html?|jpe?g|png|gif|bmp|svg|mp[34]|avi|mov|zip)[\s._-]*\.(?:exe|scr|com|pif|bat|cmd|vb[es]|ws[fh]|hta|lnk|ps1|msi|cpl|jar)$/i;

/** Whether a name looks like that of a document and is that of a program. */
export const isDisguised = (name: string): boolean => DISGUISED.test(name);
