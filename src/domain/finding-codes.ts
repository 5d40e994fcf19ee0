/** How much a finding weighs for whoever reads it. */
export type FindingSeverity = 'info' | 'low' | 'medium' | 'high' | 'critical';

/** What a finding makes of a file, from the mildest to the worst. */
export const FINDING_ACTIONS = ['ALLOW', 'REJECTED', 'UNSCANNABLE', 'INFECTED'] as const;

/** One of these, of which all but `ALLOW` are states that the file ends in. */
export type FindingAction = (typeof FINDING_ACTIONS)[number];

/** One row of the table of findings. */
export interface FindingSpec {
  readonly severity: FindingSeverity;
  /** What it makes of a file where no policy says otherwise. */
  readonly action: FindingAction;
  /** One sentence for the reader of a verdict. */
  readonly meaning: string;
}

const spec = (severity: FindingSeverity, action: FindingAction, meaning: string): FindingSpec => ({
  severity,
  action,
  meaning,
});

/**
 * The one table of what the analysis of a file's structure can find. What is ordinary in honest files is
 * allowed and only reported; what could not be looked into is UNSCANNABLE; what hides or acts is REJECTED.
 */
export const FINDINGS = {
  TYPE_MISMATCH: spec('high', 'REJECTED', 'Declared type, extension and content contradict each other.'),
  EXECUTABLE: spec('low', 'ALLOW', 'The file, or a member of it, is openly a program.'),
  EXECUTABLE_HIDDEN: spec('critical', 'REJECTED', 'A program is hidden in content of another kind.'),
  SCRIPT_HIDDEN: spec('high', 'REJECTED', 'A script or a page is hidden in content of another kind.'),
  NAME_DISGUISED: spec('high', 'REJECTED', 'The name of a program ends as if it were a document.'),
  POLYGLOT: spec('high', 'REJECTED', 'The same bytes are valid as files of two kinds.'),
  TRAILING_DATA: spec('low', 'ALLOW', 'Bytes follow the end of what the file says it is.'),
  HIGH_ENTROPY: spec('info', 'ALLOW', 'Bytes look encrypted where text or nothing was to be expected.'),
  ARCHIVE_ENCRYPTED: spec('high', 'UNSCANNABLE', 'A member of an archive is encrypted.'),
  ARCHIVE_CORRUPT: spec('medium', 'UNSCANNABLE', 'An archive cannot be read to its end.'),
  ARCHIVE_UNSUPPORTED: spec('medium', 'UNSCANNABLE', 'An archive is of a kind that cannot be looked into.'),
  ARCHIVE_SCANNER_ONLY: spec(
    'medium',
    'UNSCANNABLE',
    'Nothing but the scanner looks into an archive of this kind.',
  ),
  ARCHIVE_UNSCANNED: spec(
    'medium',
    'UNSCANNABLE',
    'An archive is of a kind that the scanner does not look into.',
  ),
  ARCHIVE_TOO_DEEP: spec('high', 'UNSCANNABLE', 'Archives lie within archives beyond the limit.'),
  ARCHIVE_TOO_MANY_MEMBERS: spec('high', 'UNSCANNABLE', 'An archive has more members than the limit.'),
  ARCHIVE_TOO_LARGE: spec('high', 'UNSCANNABLE', 'The content of archives is larger than the limit.'),
  ARCHIVE_BOMB: spec('critical', 'UNSCANNABLE', 'An archive expands out of all proportion.'),
  ARCHIVE_OVERLAP: spec('critical', 'REJECTED', 'Members of an archive share bytes.'),
  ARCHIVE_INCONSISTENT: spec('high', 'REJECTED', 'What an archive says of a member is not true.'),
  ARCHIVE_DUPLICATE_NAME: spec('medium', 'REJECTED', 'Two members of an archive have the same name.'),
  ARCHIVE_TRAVERSAL: spec('high', 'REJECTED', 'A member would be unpacked outside of its directory.'),
  ARCHIVE_LINK: spec('info', 'ALLOW', 'A member is a link to another member.'),
  ARCHIVE_LINK_ESCAPE: spec('high', 'REJECTED', 'A member is a link to a place outside of the archive.'),
  ARCHIVE_SPECIAL_MEMBER: spec('high', 'REJECTED', 'A member is a device, a pipe or a socket.'),
  DOCUMENT_ENCRYPTED: spec('high', 'UNSCANNABLE', 'A document is encrypted.'),
  DOCUMENT_UNREADABLE: spec('medium', 'UNSCANNABLE', 'A part of a document cannot be read.'),
  OFFICE_MACRO: spec('high', 'REJECTED', 'An office document contains macros.'),
  OFFICE_EXTERNAL_TEMPLATE: spec('high', 'REJECTED', 'An office document loads content from elsewhere.'),
  OFFICE_DDE: spec('high', 'REJECTED', 'An office document asks other programs for data.'),
  OFFICE_ACTIVEX: spec(
    'high',
    'REJECTED',
    'An office document contains a control that runs when it is opened.',
  ),
  OFFICE_AUTO_OBJECT: spec('high', 'REJECTED', 'An office document opens an object by itself.'),
  OFFICE_EQUATION_OBJECT: spec('medium', 'REJECTED', 'An office document calls the old editor of equations.'),
  OFFICE_EMBEDDED_OBJECT: spec('low', 'ALLOW', 'An office document contains an object of another program.'),
  PDF_JAVASCRIPT: spec('high', 'REJECTED', 'A PDF contains JavaScript.'),
  PDF_LAUNCH: spec('critical', 'REJECTED', 'A PDF starts a program.'),
  PDF_AUTO_ACTION: spec('high', 'REJECTED', 'A PDF reaches out by itself when it is opened.'),
  PDF_EMBEDDED_FILE: spec('low', 'ALLOW', 'A PDF contains another file.'),
  SVG_ACTIVE: spec('high', 'REJECTED', 'An image of vectors contains scripts, handlers or pages.'),
  SVG_EXTERNAL_REFERENCE: spec('medium', 'REJECTED', 'An image of vectors loads content from elsewhere.'),
  HTML_ACTIVE: spec('low', 'ALLOW', 'A page contains scripts, handlers, frames or forms.'),
  XML_ENTITY: spec('info', 'ALLOW', 'An XML document declares entities.'),
  XML_ENTITY_BOMB: spec('critical', 'REJECTED', 'The entities of an XML document expand beyond the limit.'),
  XML_EXTERNAL_ENTITY: spec('high', 'REJECTED', 'An XML document includes content from elsewhere.'),
  ANALYSIS_LIMIT: spec('high', 'UNSCANNABLE', 'The analysis came to a limit before it came to the end.'),
} as const satisfies Record<string, FindingSpec>;

/**
 * Grows whenever an analysis finds what it did not find before, or no longer finds what it did: what was decided by an
 * older one then stands for no bytes of now.
 */
export const ANALYSIS_GENERATION = 4;

/** A stable code that policies and clients may rely on. */
export type FindingCode = keyof typeof FINDINGS;

/** Whether a code is one of the table. */
export const isFindingCode = (code: string): code is FindingCode => Object.hasOwn(FINDINGS, code);

/** What a finding makes of a file where no policy says otherwise; `UNSCANNABLE` for one that nobody knows. */
export const defaultActionOf = (code: string): FindingAction =>
  isFindingCode(code) ? FINDINGS[code].action : 'UNSCANNABLE';

/** Whether the first action is worse than the second. */
export const isWorse = (action: FindingAction, than: FindingAction): boolean =>
  FINDING_ACTIONS.indexOf(action) > FINDING_ACTIONS.indexOf(than);
