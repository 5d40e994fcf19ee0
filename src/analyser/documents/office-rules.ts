/** Loaded when the document is opened. Links that somebody has to follow are ordinary. */
const LOADED = /\/(?:attachedTemplate|oleObject|frame|subDocument|aFChunk|image|externalImage|audio|video)$/i;

/** Whether what a relation leads to is elsewhere, and comes without being asked for. */
export const isLoadedRelation = (targetMode: string, type: string): boolean =>
  targetMode.toLowerCase() === 'external' && LOADED.test(type);

/** A field that asks another program for data. */
export const DDE = /\bDDE(?:AUTO)?\b\s*\S/i;
/** A formula that hands a line to another program. */
export const FORMULA = /^\s*(?:[=+-]\s*)?(?:cmd|powershell|mshta|msexcel|rundll32)\s*\|/i;
/** Of the words of one field. */
export const MOST_FIELD_CHARACTERS = 4 * 1024;
