import { z } from 'zod';

const wholeNumber = z.int().nonnegative();

/**
 * What a receipt states. More claims than these may come; the meaning of these never changes.
 * docs/receipts.md describes them.
 */
export const receiptClaims = z.object({
  iss: z.string(),
  sub: z.string().min(1),
  iat: wholeNumber,
  tenant: z.string().min(1),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  size: wholeNumber,
  verdict: z.enum(['CLEAN', 'INFECTED', 'REJECTED', 'UNSCANNABLE']),
  reason: z.string().nullable(),
  findings: z.array(
    z.object({ code: z.string(), detail: z.string().nullable(), path: z.string().nullable() }),
  ),
  engine: z.string(),
  definitions: z.string(),
  policy: z.string().nullable(),
  // Absent from receipts of before there were segments.
  coverage: z.enum(['WHOLE', 'SEGMENTS']).nullable().optional(),
  scanned: wholeNumber,
  decidedAt: z.iso.datetime(),
  // Absent from receipts of before files were examined again.
  examined: z
    .object({ engine: z.string(), definitions: z.string(), at: z.iso.datetime() })
    .nullable()
    .optional(),
});

/** What a receipt states. */
export type ReceiptClaims = z.output<typeof receiptClaims>;
