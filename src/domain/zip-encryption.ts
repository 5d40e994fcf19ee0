/** How a zip is locked: `ZIP_CRYPTO` opens with every tool, `AES_256` with most, and costs less. */
export const ZIP_ENCRYPTIONS = ['ZIP_CRYPTO', 'AES_256'] as const;

/** How a zip is locked. */
export type ZipEncryption = (typeof ZIP_ENCRYPTIONS)[number];

/**
 * Password of every forensic zip, by convention of those who exchange malware: it keeps scanners and careless hands
 * out, and is no secret.
 */
export const FORENSIC_PASSWORD = 'infected';
