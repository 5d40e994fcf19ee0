import type { ContentType, Family } from './content-type.js';

/** How a kind begins: hexadecimal, `..` for any byte, at an offset. */
type Magic = readonly [family: Family, mediaType: string, pattern: string, offset?: number];

/** More specific rows come first. Media types are those of the IANA registry, or the usual ones. */
const MAGIC: readonly Magic[] = [
  ['zip', 'application/zip', '504b0304'],
  ['zip', 'application/zip', '504b0506'],
  ['zip', 'application/zip', '504b0708504b0304'],
  ['gzip', 'application/gzip', '1f8b08'],
  ['zstd', 'application/zstd', '28b52ffd'],
  ['bzip2', 'application/x-bzip2', '425a68..314159265359'],
  ['bzip2', 'application/x-bzip2', '425a68..177245385090'],
  ['tar', 'application/x-tar', '7573746172', 257],
  ['ar', 'application/x-unix-archive', '213c617263683e0a'],
  ['opaque', 'application/x-7z-compressed', '377abcaf271c'],
  ['opaque', 'application/x-rar-compressed', '526172211a07'],
  ['opaque', 'application/x-xz', 'fd377a585a00'],
  ['opaque', 'application/x-lzip', '4c5a495001'],
  ['opaque', 'application/x-lz4', '04224d18'],
  ['opaque', 'application/x-compress', '1f9d90'],
  ['opaque', 'application/vnd.ms-cab-compressed', '4d53434600000000'],
  ['opaque', 'application/x-arj', '60ea....1e'],
  ['opaque', 'application/x-arj', '60ea....22'],
  ['opaque', 'application/x-cpio', '303730373031'],
  ['opaque', 'application/x-cpio', '303730373032'],
  ['opaque', 'application/x-cpio', '303730373037'],
  ['opaque', 'application/x-rpm', 'edabeedb'],
  ['opaque', 'application/x-installshield', '49536328'],
  ['opaque', 'application/vnd.ms-htmlhelp', '49545346'],
  ['opaque', 'application/x-ms-compress-szdd', '535a444488f027'],
  ['opaque', 'application/vnd.ms-tnef', '789f3e22'],
  ['opaque', 'application/x-iso9660-image', '4344303031', 32_769],
  ['ole', 'application/x-cfb', 'd0cf11e0a1b11ae1'],
  ['pdf', 'application/pdf', '255044462d'],
  ['rtf', 'application/rtf', '7b5c7274'],
  ['png', 'image/png', '89504e470d0a1a0a'],
  ['jpeg', 'image/jpeg', 'ffd8ff'],
  ['gif', 'image/gif', '474946383761'],
  ['gif', 'image/gif', '474946383961'],
  ['riff', 'image/webp', '52494646........57454250'],
  ['riff', 'audio/wav', '52494646........57415645'],
  ['plain', 'audio/wav', '52494658........57415645'],
  ['plain', 'audio/wav', '52463634........57415645'],
  ['riff', 'video/vnd.avi', '52494646........41564920'],
  ['image', 'image/tiff', '49492a00'],
  ['image', 'image/tiff', '4d4d002a'],
  ['image', 'image/vnd.microsoft.icon', '00000100..00'],
  ['image', 'image/x-win-cursor', '00000200..00'],
  ['image', 'image/vnd.adobe.photoshop', '384250530001'],
  ['image', 'image/jxl', '0000000c4a584c20'],
  ['image', 'image/jp2', '0000000c6a502020'],
  ['image', 'image/avif', '66747970617669', 4],
  ['image', 'image/heic', '667479706865', 4],
  ['image', 'image/heif', '667479706d6966', 4],
  ['program', 'application/x-elf', '7f454c46'],
  ['program', 'application/x-mach-binary', 'feedface'],
  ['program', 'application/x-mach-binary', 'feedfacf'],
  ['program', 'application/x-mach-binary', 'cefaedfe'],
  ['program', 'application/x-mach-binary', 'cffaedfe'],
  ['program', 'application/x-ms-shortcut', '4c0000000114020000000000c000000000000046'],
  ['program', 'application/vnd.android.dex', '6465780a303335'],
  ['program', 'application/wasm', '0061736d01000000'],
  ['plain', 'video/quicktime', '667479707174', 4],
  ['plain', 'audio/x-m4a', '667479704d3441', 4],
  ['plain', 'video/mp4', '66747970', 4],
  ['plain', 'video/quicktime', '6d6f6f76', 4],
  ['plain', 'video/webm', '1a45dfa3'],
  ['plain', 'application/ogg', '4f676753'],
  ['plain', 'audio/flac', '664c6143'],
  ['plain', 'audio/mpeg', '494433'],
  ['plain', 'audio/midi', '4d546864'],
  ['plain', 'video/mpeg', '000001ba'],
  ['plain', 'video/mpeg', '000001b3'],
  ['plain', 'video/x-flv', '464c5601'],
  ['plain', 'video/x-ms-asf', '3026b2758e66cf11'],
  ['plain', 'application/vnd.sqlite3', '53514c69746520666f726d6174203300'],
  ['plain', 'application/vnd.apache.parquet', '50415231'],
  ['plain', 'application/x-hdf5', '894844460d0a1a0a'],
  ['plain', 'font/woff', '774f4646'],
  ['plain', 'font/woff2', '774f4632'],
  ['plain', 'font/ttf', '0001000000'],
  ['plain', 'font/otf', '4f54544f'],
  ['plain', 'font/collection', '74746366'],
  ['plain', 'application/vnd.ms-fontobject', '4c50', 34],
  ['plain', 'application/x-bittorrent', '64383a616e6e6f756e6365'],
  ['plain', 'application/x-pcap', 'd4c3b2a1'],
  ['plain', 'application/x-pcapng', '0a0d0d0a'],
];

const ROWS = MAGIC.map(([family, mediaType, pattern, offset = 0]) => ({
  type: { family, mediaType } satisfies ContentType,
  bytes: (pattern.match(/../g) ?? []).map((pair) => (pair === '..' ? null : Number.parseInt(pair, 16))),
  offset,
}));

/** Bytes from the beginning that are needed to tell. */
export const MAGIC_BYTES = 32_774;

/** What content is by its first bytes; `undefined` when they are of no kind in the table. */
export function findMagic(head: Buffer): ContentType | undefined {
  const row = ROWS.find(({ bytes, offset }) =>
    bytes.every((byte, index) =>
      byte === null ? offset + index < head.length : head[offset + index] === byte,
    ),
  );
  return row?.type;
}
