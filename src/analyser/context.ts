import type { ContentType } from './types/content-type.js';
import type { Budget } from './budget.js';
import type { Findings } from './findings.js';
import type { FindingCode } from '../domain/finding-codes.js';
import type { Source } from './reading/reader.js';

/** Where content lies. */
export interface Place {
  /** As the sender called it; empty where it has no name. */
  readonly name: string;
  /** Within the file; `null` for the file itself. */
  readonly path: string | null;
  /** 0 for the file itself. */
  readonly depth: number;
  /**
   * What it is to what holds it: the file itself, a member that is unpacked under its name, a part of a
   * document, or what follows the end of something.
   */
  readonly role: 'file' | 'member' | 'part' | 'rest';
  /** As the sender declared it. */
  readonly declaredType: string | null;
}

/** What parsers work with. */
export interface Context {
  readonly budget: Budget;
  readonly findings: Findings;
  /** Looks into content that lies in other content, to its end. */
  look(source: Source, place: Place): Promise<ContentType>;
}

/** The place of something within a place. */
export const within = (
  { path, depth }: Place,
  name: string,
  role: Exclude<Place['role'], 'file'>,
): Place => ({
  name: name.split('/').at(-1) ?? name,
  path: path === null ? name : `${path}/${name}`,
  depth: depth + 1,
  role,
  declaredType: null,
});

/** Reports something of a place. */
export const report = (
  { findings }: Context,
  { path }: Place,
  code: FindingCode,
  detail: string | null = null,
): void => findings.add(code, detail, path);
