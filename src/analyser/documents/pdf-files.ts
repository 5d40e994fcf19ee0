/** Knows which streams of a PDF somebody would save as files, and which of them the scanner does not restore. */
export interface PdfFiles {
  /** Text with objects in it, without escapes. */
  hear(text: string): void;
  /** The stream of an object passed that has a predictor; whether it is one of those that usually have. */
  passPredicted(number: string | undefined, isUsual: boolean): void;
  /** Whether a file was packed with a predictor, or may have been. */
  isAnyPredicted(): boolean;
}

/** Where an embedded file lies, or what names where. */
const FILE = /\/EF\s*(?:<<([^<>]{0,2000})>>|\d{1,10}\s+\d{1,5}\s+R\b)/g;
const REFERENCE = /\b(\d{1,10})\s+\d{1,5}\s+R\b/g;
const MOST_REMEMBERED = 100_000;

/** Begins without any. */
export function createPdfFiles(): PdfFiles {
  const predicted = new Set<string>();
  const files = new Set<string>();
  let [isOtherPredicted, isNamedElsewhere] = [false, false];
  const remember = (into: Set<string>, number: string | undefined): void => {
    if (number !== undefined && into.size < MOST_REMEMBERED) into.add(number);
  };
  return {
    hear(text) {
      for (const [, own] of text.matchAll(FILE)) {
        isNamedElsewhere ||= own === undefined;
        for (const [, number] of (own ?? '').matchAll(REFERENCE)) remember(files, number);
      }
    },
    passPredicted(number, isUsual) {
      remember(predicted, number);
      isOtherPredicted ||= !isUsual;
    },
    isAnyPredicted: () =>
      [...files].some((number) => predicted.has(number)) || (isNamedElsewhere && isOtherPredicted),
  };
}
