import { fault, type Outcome } from './errors.js';
import {
  FINDING_ACTIONS,
  FINDINGS,
  isFindingCode,
  type FindingAction,
  type FindingCode,
} from './finding-codes.js';
import { OVERSIZE_RULES, type PolicyRules } from './policy.js';
import { ok } from './result.js';

/** A finding and what it is to mean. */
export interface FindingRule {
  readonly code: string;
  readonly action: string;
}

/** A limit of a type. */
export interface TypeLimit {
  readonly type: string;
  readonly maxBytes: number;
}

/** What somebody wants to be different; what is left out stays as it is. */
export interface PolicyWish {
  readonly maxFileBytes?: number | undefined;
  readonly maxBytesByType?: readonly TypeLimit[] | undefined;
  readonly allowedTypes?: readonly string[] | undefined;
  readonly deniedTypes?: readonly string[] | undefined;
  readonly allowedExtensions?: readonly string[] | undefined;
  readonly deniedExtensions?: readonly string[] | undefined;
  readonly findingActions?: readonly FindingRule[] | undefined;
  readonly oversize?: string | undefined;
}

/** Most entries of one list. */
const MAX_ENTRIES = 500;
const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]{0,126})$/;
const EXTENSION = /^[\p{L}\p{N}][\p{L}\p{N}_+-]{0,31}(?:\.[\p{L}\p{N}][\p{L}\p{N}_+-]{0,31}){0,2}$/u;

/** What at least the scanner has looked into: whether that is enough is for the tenant to say. */
const LOOKED_INTO: ReadonlySet<FindingCode> = new Set<FindingCode>(['ARCHIVE_SCANNER_ONLY']);

/**
 * Whether a policy may let files pass that a finding of this code was made in: not where it means that something was
 * not looked into, nor where nothing honest looks like that.
 */
const mayBeAllowed = (code: FindingCode): boolean =>
  LOOKED_INTO.has(code) ||
  (FINDINGS[code].action !== 'UNSCANNABLE' && FINDINGS[code].severity !== 'critical');

/**
 * Applies a wish to rules.
 *
 * @returns the new rules in their one form, lists sorted and without repeats; BAD_USER_INPUT with the field at fault
 */
export function applyWish(base: PolicyRules, wish: PolicyWish): Outcome<PolicyRules> {
  const limits = wish.maxBytesByType;
  const actions = wish.findingActions;
  const broken =
    brokenCount('rules.maxFileBytes', wish.maxFileBytes) ??
    brokenLimits(limits ?? []) ??
    brokenList('rules.allowedTypes', wish.allowedTypes, TYPE, TYPE_RULE) ??
    brokenList('rules.deniedTypes', wish.deniedTypes, TYPE, TYPE_RULE) ??
    brokenList('rules.allowedExtensions', wish.allowedExtensions, EXTENSION, EXTENSION_RULE) ??
    brokenList('rules.deniedExtensions', wish.deniedExtensions, EXTENSION, EXTENSION_RULE) ??
    brokenActions(actions ?? []);
  if (broken) return broken;
  const oversize = OVERSIZE_RULES.find((rule) => rule === (wish.oversize ?? base.oversize));
  if (!oversize) return wrong('rules.oversize', `must be one of ${OVERSIZE_RULES.join(', ')}`);
  return ok({
    maxFileBytes: wish.maxFileBytes ?? base.maxFileBytes,
    maxBytesByType: limits
      ? Object.fromEntries(limits.map(({ type, maxBytes }) => [type.trim().toLowerCase(), maxBytes]))
      : base.maxBytesByType,
    allowedTypes: inForm(wish.allowedTypes ?? base.allowedTypes),
    deniedTypes: inForm(wish.deniedTypes ?? base.deniedTypes),
    allowedExtensions: inForm(wish.allowedExtensions ?? base.allowedExtensions),
    deniedExtensions: inForm(wish.deniedExtensions ?? base.deniedExtensions),
    findingActions: actions
      ? Object.fromEntries(actions.map(({ code, action }) => [code, action as FindingAction]))
      : base.findingActions,
    oversize,
  });
}

const TYPE_RULE = 'must be a media type like "image/png", or a class like "image/*"';
const EXTENSION_RULE = 'must be the end of a name without the dot, like "exe" or "tar.gz"';

const formOf = (entry: string): string => entry.trim().toLowerCase();
const inForm = (entries: readonly string[]): string[] => [...new Set(entries.map(formOf))].sort();

type Broken = ReturnType<typeof fault> | undefined;

const wrong = (field: string, rule: string): ReturnType<typeof fault> =>
  fault('BAD_USER_INPUT', { message: `${field} ${rule}.`, field });

const brokenCount = (field: string, value: number | undefined): Broken =>
  value === undefined || (Number.isSafeInteger(value) && value >= 0)
    ? undefined
    : wrong(field, 'must be a whole number of bytes');

function brokenList(
  field: string,
  entries: readonly string[] | undefined,
  form: RegExp,
  rule: string,
): Broken {
  if (!entries) return undefined;
  if (entries.length > MAX_ENTRIES) return tooMany(field);
  const index = entries.findIndex((entry) => !form.test(formOf(entry)));
  return index < 0 ? undefined : wrong(`${field}[${String(index)}]`, rule);
}

function brokenLimits(limits: readonly TypeLimit[]): Broken {
  const field = 'rules.maxBytesByType';
  if (limits.length > MAX_ENTRIES) return tooMany(field);
  for (const [index, { type, maxBytes }] of limits.entries()) {
    const at = `${field}[${String(index)}]`;
    if (!TYPE.test(formOf(type))) return wrong(`${at}.type`, TYPE_RULE);
    const broken = brokenCount(`${at}.maxBytes`, maxBytes);
    if (broken) return broken;
  }
  return repeated(
    field,
    limits.map(({ type }) => formOf(type)),
  );
}

function brokenActions(actions: readonly FindingRule[]): Broken {
  const field = 'rules.findingActions';
  if (actions.length > MAX_ENTRIES) return tooMany(field);
  for (const [index, { code, action }] of actions.entries()) {
    const at = `${field}[${String(index)}]`;
    if (!isFindingCode(code)) return wrong(`${at}.code`, 'must be a code of docs/findings.md');
    if (!FINDING_ACTIONS.some((known) => known === action)) {
      return wrong(`${at}.action`, `must be one of ${FINDING_ACTIONS.join(', ')}`);
    }
    if (action === 'ALLOW' && !mayBeAllowed(code)) return wrong(`${at}.action`, `must not allow ${code}`);
  }
  return repeated(
    field,
    actions.map(({ code }) => code),
  );
}

const repeated = (field: string, names: readonly string[]): Broken =>
  new Set(names).size === names.length ? undefined : wrong(field, 'must name nothing twice');

const tooMany = (field: string): Broken => wrong(field, `must have at most ${String(MAX_ENTRIES)} entries`);
