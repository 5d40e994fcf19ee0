const BLOCK_BYTES = 512;

/** A member of a tar; a size that is not that of the content is a lie. */
export interface TarMember {
  readonly name: string;
  readonly content?: Buffer;
  /** The type flag: `0` is a file, `2` a symbolic link. @default 0 */
  readonly kind?: string;
  readonly link?: string;
  readonly sizeBytes?: number;
}

/** Packs a tar that may lie. @see POSIX.1-2017, ustar Interchange Format */
export const rawTar = (members: readonly TarMember[]): Buffer =>
  Buffer.concat([...members.flatMap(blocksOf), Buffer.alloc(2 * BLOCK_BYTES)]);

function blocksOf({
  name,
  content = Buffer.alloc(0),
  kind = '0',
  link = '',
  sizeBytes,
}: TarMember): Buffer[] {
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${(sizeBytes ?? content.length).toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write(kind, 156);
  header.write(link, 157, 100);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES);
  return [header, content, padding];
}

/** One record of an extended header, with the length that it has or another one. */
export function paxRecord(key: string, value: string, length?: number): Buffer {
  const rest = ` ${key}=${value}\n`;
  let own = rest.length + 1;
  while (String(own).length + rest.length !== own) own += 1;
  return Buffer.from(`${String(length ?? own)}${rest}`);
}
