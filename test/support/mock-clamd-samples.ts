/** The settings of a clamd that its self-test brings to light. */
export interface MockSettings {
  knowsEicar: boolean;
  alertEncrypted: boolean;
  alertExceedsMax: boolean;
  maxFileBytes: number;
  maxScanBytes: number;
}

const MIB = 1024 * 1024;

/** As launch/services/clamd.ts configures it. */
const GOOD: MockSettings = {
  knowsEicar: true,
  alertEncrypted: true,
  alertExceedsMax: true,
  maxFileBytes: 2047 * MIB,
  maxScanBytes: 2047 * MIB,
};

/** The general purpose flags of a zip, and where a tar says how large its member is. */
const [ZIP_FLAGS_AT, TAR_SIZE_AT, TAR_SIZE_END] = [6, 124, 135];

/** Whether a stream begins as one of the samples of a self-test does. */
export const isSample = (bytes: Buffer): boolean => /^(?:X5O!|PK\x03\x04|laza)$/.test(head(bytes));

const head = (bytes: Buffer): string => bytes.toString('latin1', 0, 4);

/** What a clamd with these settings says of a sample. */
export function answerSample(sample: Buffer, settings: Partial<MockSettings>): string {
  const own = { ...GOOD, ...settings };
  const found = (name: string | false): string => (name === false ? 'stream: OK' : `stream: ${name} FOUND`);
  if (head(sample) === 'X5O!') return found(own.knowsEicar && 'Win.Test.EICAR_HDB-1');
  if (head(sample) === 'laza') return found(own.alertExceedsMax && exceeded(sample, own));
  if ((sample.readUInt16LE(ZIP_FLAGS_AT) & 1) === 1) {
    return found(own.alertEncrypted && 'Heuristics.Encrypted.Zip');
  }
  return found(own.alertExceedsMax && 'Heuristics.Limits.Exceeded.MaxRecursion');
}

function exceeded(tar: Buffer, { maxFileBytes, maxScanBytes }: MockSettings): string | false {
  const sizeBytes = Number.parseInt(tar.toString('latin1', TAR_SIZE_AT, TAR_SIZE_END), 8);
  if (tar.length + sizeBytes > maxScanBytes) return 'Heuristics.Limits.Exceeded.MaxScanSize';
  return sizeBytes > maxFileBytes && 'Heuristics.Limits.Exceeded.MaxFileSize';
}
