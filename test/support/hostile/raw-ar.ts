/** One member of an archive of `ar`. */
export interface ArMember {
  /** As it stands in the header; `#1/5` puts five more bytes in front of the content. */
  readonly name: string;
  readonly content: Buffer;
  /** As it stands in the header. @default the size */
  readonly size?: string;
  /** @default a line end */
  readonly padding?: string;
}

/** Packs what `ar` packs: packages of Debian, and libraries. */
export const rawAr = (members: readonly ArMember[]): Buffer =>
  Buffer.concat([
    Buffer.from('!<arch>\n'),
    ...members.flatMap(({ name, content, size, padding = '\n' }) => {
      const longName = Buffer.from('longs').subarray(0, name.startsWith('#1/') ? 5 : 0);
      const sizeBytes = longName.length + content.length;
      return [
        Buffer.from(
          `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${(size ?? String(sizeBytes)).padEnd(10)}\`\n`,
        ),
        longName,
        content,
        Buffer.alloc(sizeBytes % 2, padding),
      ];
    }),
  ]);
