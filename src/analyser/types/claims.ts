/** What a name or a declared type claims of content: one of these media types, or `TEXT` for text of any kind. */
export type Claim = readonly string[];

const TEXT = 'text';
const OOXML = 'application/vnd.openxmlformats-officedocument.';
const WORD = [`${OOXML}wordprocessingml.document`, 'application/vnd.ms-word.document.macroenabled.12'];
const SHEET = [`${OOXML}spreadsheetml.sheet`, 'application/vnd.ms-excel.sheet.macroenabled.12'];
const SLIDES = [
  `${OOXML}presentationml.presentation`,
  'application/vnd.ms-powerpoint.presentation.macroenabled.12',
];
const ISO_MEDIA = ['video/mp4', 'video/quicktime', 'audio/x-m4a', 'image/heic', 'image/avif', 'image/heif'];
const OLE = 'application/x-cfb';
const OLD_WORD = 'application/msword';
const OLD_EXCEL = 'application/vnd.ms-excel';
const OLD_POWERPOINT = 'application/vnd.ms-powerpoint';
/** A document of today that is encrypted lies in a file of the old kind. */
const PROTECTED = 'application/x-ooxml-protected';
const ODF = 'application/vnd.oasis.opendocument.';
const odf = (kind: string): readonly string[] => [`${ODF}${kind}`, `${ODF}${kind}-template`];
const ZIPS = ['application/zip', 'application/java-archive', 'application/vnd.android.package-archive'];
const SFNT = ['font/ttf', 'font/otf', 'font/collection'];
/** Old office programs open each other's files under either name, and pages and tables that servers call so. */
const OLD_OFFICE = [
  OLE,
  OLD_WORD,
  OLD_EXCEL,
  'application/rtf',
  'text/html',
  'message/rfc822',
  'application/xml',
  TEXT,
];

/** Extensions, then the media types that claim the same, then what the content may be. */
type Row = readonly [extensions: string, declared: string, contents: readonly string[]];

const ROWS: readonly Row[] = [
  ['png apng', 'image/png image/apng image/x-png', ['image/png']],
  ['jpg jpeg jpe jfif', 'image/jpeg image/jpg image/pjpeg', ['image/jpeg']],
  ['gif', 'image/gif', ['image/gif']],
  ['webp', 'image/webp', ['image/webp']],
  ['bmp dib', 'image/bmp image/x-ms-bmp image/x-bmp', ['image/bmp']],
  ['tif tiff', 'image/tiff', ['image/tiff']],
  [
    'ico cur',
    'image/x-icon image/vnd.microsoft.icon',
    ['image/vnd.microsoft.icon', 'image/x-win-cursor', 'image/png', 'image/bmp'],
  ],
  ['psd', 'image/vnd.adobe.photoshop', ['image/vnd.adobe.photoshop']],
  ['svg', 'image/svg+xml', ['image/svg+xml', 'application/gzip']],
  ['heic heif avif', 'image/heic image/heif image/avif', ISO_MEDIA],
  ['pdf', 'application/pdf application/x-pdf', ['application/pdf']],
  ['rtf', 'application/rtf text/rtf', ['application/rtf']],
  ['docx docm dotx dotm', [...WORD].join(' '), [...WORD, PROTECTED]],
  ['xlsx xlsm xltx xltm', [...SHEET].join(' '), [...SHEET, PROTECTED]],
  ['pptx pptm potx ppsx ppsm', [...SLIDES].join(' '), [...SLIDES, PROTECTED]],
  ['doc dot', OLD_WORD, [...OLD_OFFICE, ...WORD]],
  ['xls xlt', OLD_EXCEL, [...OLD_OFFICE, ...SHEET]],
  ['ppt pps pot', OLD_POWERPOINT, [OLE, OLD_POWERPOINT, ...SLIDES]],
  ['msi msp', 'application/x-msi', [OLE, 'application/x-msi']],
  ['msg', 'application/vnd.ms-outlook', [OLE, 'application/vnd.ms-outlook', 'message/rfc822', TEXT]],
  ['odt ott', odf('text').join(' '), odf('text')],
  ['ods ots', odf('spreadsheet').join(' '), odf('spreadsheet')],
  ['odp otp', odf('presentation').join(' '), odf('presentation')],
  ['odg otg', odf('graphics').join(' '), odf('graphics')],
  ['epub', 'application/epub+zip', ['application/epub+zip']],
  [
    'zip whl nupkg vsix xpi kmz',
    'application/zip application/x-zip-compressed application/x-zip',
    [...ZIPS, ...WORD, ...SHEET, ...SLIDES, 'application/epub+zip'],
  ],
  ['jar war ear', 'application/java-archive application/x-java-archive', ZIPS],
  ['apk', 'application/vnd.android.package-archive', ZIPS],
  ['gz tgz svgz', 'application/gzip application/x-gzip application/x-tgz', ['application/gzip']],
  ['tar', 'application/x-tar', ['application/x-tar']],
  ['bz2 tbz2', 'application/x-bzip2 application/x-bzip application/bzip2', ['application/x-bzip2']],
  ['xz txz', 'application/x-xz', ['application/x-xz']],
  ['zst', 'application/zstd', ['application/zstd']],
  ['7z', 'application/x-7z-compressed', ['application/x-7z-compressed']],
  [
    'rar',
    'application/vnd.rar application/x-rar-compressed application/x-rar',
    ['application/x-rar-compressed'],
  ],
  [
    'deb',
    'application/vnd.debian.binary-package application/x-debian-package',
    ['application/x-unix-archive'],
  ],
  ['mp3', 'audio/mpeg audio/mp3', ['audio/mpeg']],
  ['wav', 'audio/wav audio/x-wav audio/wave audio/vnd.wave', ['audio/wav']],
  ['flac', 'audio/flac audio/x-flac', ['audio/flac']],
  ['ogg oga ogv opus', 'audio/ogg video/ogg application/ogg', ['application/ogg']],
  ['mp4 m4v mov m4a', 'video/mp4 video/quicktime audio/mp4 audio/x-m4a', ISO_MEDIA],
  ['webm mkv mka', 'video/webm video/x-matroska audio/webm audio/x-matroska', ['video/webm']],
  ['wma wmv asf', 'audio/x-ms-wma video/x-ms-wmv video/x-ms-asf', ['video/x-ms-asf']],
  ['3gp 3g2', 'video/3gpp audio/3gpp video/3gpp2 audio/3gpp2', ISO_MEDIA],
  // Browsers declare TypeScript as that, and playlists and some pictures are text.
  ['m2ts mts', 'video/mp2t', ['video/mp2t', TEXT]],
  ['m3u m3u8 pls', 'audio/x-mpegurl audio/mpegurl audio/x-scpls video/x-ms-asx', [TEXT]],
  [
    'xpm xbm ppm pgm pbm pnm dxf eps ps',
    'image/x-xpixmap image/x-xbitmap image/x-portable-pixmap image/x-portable-graymap image/x-portable-bitmap image/x-portable-anymap image/vnd.dxf image/x-eps application/postscript',
    [TEXT],
  ],
  ['avi', 'video/x-msvideo video/vnd.avi', ['video/vnd.avi']],
  ['ttf otf ttc', 'font/ttf font/otf font/sfnt application/x-font-ttf', SFNT],
  ['woff', 'font/woff', ['font/woff']],
  ['woff2', 'font/woff2', ['font/woff2']],
  [
    'exe dll',
    'application/x-msdownload application/vnd.microsoft.portable-executable',
    ['application/x-msdownload'],
  ],
  ['wasm', 'application/wasm', ['application/wasm']],
  [
    'txt text log md csv tsv json jsonl yaml yml toml ini cfg conf html htm xhtml css js mjs cjs xml rst tex srt vtt ics eml',
    'application/json application/xml application/javascript application/ecmascript application/xhtml+xml application/yaml application/x-yaml application/x-ndjson application/graphql message/rfc822',
    [TEXT],
  ],
];

const byExtension = new Map<string, Claim>();
const byType = new Map<string, Claim>();
for (const [extensions, declared, contents] of ROWS) {
  for (const extension of extensions.split(' ')) byExtension.set(extension, contents);
  for (const type of declared.split(' ')) byType.set(type, contents);
}

/** What an extension claims; `undefined` when nobody knows it, or when it claims nothing. */
export const claimOfName = (name: string): Claim | undefined =>
  byExtension.get((/\.([a-z0-9]+)$/i.exec(name)?.[1] ?? '').toLowerCase());

/** What a declared type claims, by its class where the type is not known. */
export function claimOfType(declared: string): Claim | undefined {
  const essence = (declared.split(';')[0] ?? '').trim().toLowerCase();
  const known = byType.get(essence);
  if (known) return known;
  const [group = ''] = essence.split('/');
  if (group === 'text') return [TEXT];
  return ['image', 'audio', 'video', 'font'].includes(group) ? [`${group}/*`] : undefined;
}
