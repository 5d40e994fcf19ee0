import { z } from 'zod';
import { isFindingCode } from '../../domain/finding-codes.js';
import type { StructureReport } from '../../domain/verdict.js';

const MOST_FINDINGS = 200;
const MOST_CHARACTERS = 600;
/** Of the file: more is never needed. */
const MOST_TAIL_BYTES = 1024 * 1024;

/** Without characters that the database or a terminal would take for something else. */
const text = z
  .string()
  .max(MOST_CHARACTERS)
  .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value));

const reportSchema = z.strictObject({
  findings: z
    .array(
      z.strictObject({
        code: z.string().refine(isFindingCode),
        detail: text.nullable(),
        path: text.nullable(),
      }),
    )
    .max(MOST_FINDINGS),
  contentType: z
    .string()
    .max(MOST_CHARACTERS)
    .regex(/^[a-z]+\/[\w.+-]+$/)
    .nullable(),
});
const enoughSchema = z.strictObject({ tailBytes: z.int().min(0).max(MOST_TAIL_BYTES) });

/** Reads a report; throws `Error` for whatever keeps not to its form. */
export const parseReport = (payload: Buffer): StructureReport =>
  reportSchema.parse(JSON.parse(payload.toString('utf8')));

const knownSchema = z.strictObject({ isTooMuch: z.boolean() });

/** Reads what an analyser knows before the end; throws `Error` as above. */
export const parseKnown = (payload: Buffer): { readonly isTooMuch: boolean } =>
  knownSchema.parse(JSON.parse(payload.toString('utf8')));

/** Reads how many bytes from the end are wanted; throws `Error` as above. */
export const parseEnough = (payload: Buffer): number =>
  enoughSchema.parse(JSON.parse(payload.toString('utf8'))).tailBytes;
