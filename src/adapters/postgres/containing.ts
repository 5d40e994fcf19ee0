/** A pattern of `ilike` in which nothing of the text is a wildcard. */
export const containing = (text: string): string => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
