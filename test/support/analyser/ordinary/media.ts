import { boxes, riffOf } from './images.js';
import { be16, be32, noise, sample, u16, u32, type Sample } from './sample.js';

const wav = (): Buffer =>
  riffOf('WAVE', {
    'fmt ': Buffer.concat([u16(1), u16(1), u32(8_000), u32(16_000), u16(2), u16(16)]),
    data: noise(16_000),
  });

/** Frames of MPEG-1 audio, layer 3, of 128 kbit/s. */
const mp3Frames = (count: number): Buffer =>
  Buffer.concat(
    Array.from({ length: count }, (_, index) =>
      Buffer.concat([Buffer.from('fffb9064', 'hex'), noise(413, index)]),
    ),
  );

const id3 = (): Buffer =>
  Buffer.concat([
    Buffer.from('ID3\x04\0\0\0\0\0\x1f', 'latin1'),
    Buffer.from('TIT2\0\0\0\x15\0\0\x03A song <of> & one', 'latin1'),
    Buffer.alloc(3),
  ]);

const oggPage = (sequence: number, body: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('OggS\0\x02', 'latin1'),
    ...[Buffer.alloc(8), u32(1), u32(sequence), u32(0), Buffer.from([1, body.length]), body],
  ]);

const flac = (): Buffer =>
  Buffer.concat([
    Buffer.from('fLaC'),
    Buffer.from('80000022', 'hex'),
    Buffer.alloc(34),
    Buffer.from('fff8', 'hex'),
    noise(3_000),
  ]);

const ebml = (docType: string): Buffer =>
  Buffer.concat([
    Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282', 'hex'),
    Buffer.from([0x80 + docType.length]),
    Buffer.from(docType),
    noise(900),
  ]);

const ASF = Buffer.from('3026b2758e66cf11a6d900aa0062ce6c', 'hex');

const midi = (): Buffer =>
  Buffer.concat([
    Buffer.from('MThd'),
    be32(6),
    be16(0),
    be16(1),
    be16(96),
    Buffer.from('MTrk'),
    be32(4),
    Buffer.from('00ff2f00', 'hex'),
  ]);

/** Sounds and films of all kinds. */
export const media = (): readonly Sample[] => [
  sample('a.wav', 'audio/wav', wav()),
  sample('a.mp3', 'audio/mpeg', Buffer.concat([id3(), mp3Frames(40)])),
  sample('b.mp3', 'audio/mpeg', mp3Frames(40)),
  sample('v1.mp3', 'audio/mpeg', Buffer.concat([mp3Frames(9), Buffer.from('TAG'), Buffer.alloc(125, ' ')])),
  sample(
    'a.ogg',
    'audio/ogg',
    Buffer.concat([oggPage(0, Buffer.from('\x01vorbis')), oggPage(1, noise(200))]),
  ),
  sample('a.opus', 'audio/ogg', Buffer.concat([oggPage(0, Buffer.from('OpusHead')), oggPage(1, noise(200))])),
  sample(
    'a.ogv',
    'video/ogg',
    Buffer.concat([oggPage(0, Buffer.from('\x80theora')), oggPage(1, noise(200))]),
  ),
  sample('a.flac', 'audio/flac', flac()),
  sample(
    'a.mp4',
    'video/mp4',
    boxes('isom', ['free', Buffer.alloc(8)], ['mdat', noise(90_000)], ['moov', noise(300)]),
  ),
  sample('a.m4a', 'audio/mp4', boxes('M4A ', ['moov', noise(300)], ['mdat', noise(9_000)])),
  sample(
    'a.mov',
    'video/quicktime',
    boxes('qt  ', ['wide', Buffer.alloc(0)], ['mdat', noise(9_000)], ['moov', noise(300)]),
  ),
  sample('a.webm', 'video/webm', ebml('webm')),
  sample('a.mkv', 'video/x-matroska', ebml('matroska')),
  sample(
    'a.avi',
    'video/x-msvideo',
    riffOf('AVI ', { LIST: noise(200), movi: noise(9_001), idx1: noise(64) }),
  ),
  sample(
    'old.mov',
    'video/quicktime',
    Buffer.concat([be32(8), Buffer.from('wide'), be32(900), Buffer.from('mdat'), noise(892)]),
  ),
  sample('a.3gp', 'video/3gpp', boxes('3gp4', ['mdat', noise(900)])),
  sample('a.mka', 'audio/x-matroska', ebml('matroska')),
  sample('a.wma', 'audio/x-ms-wma', Buffer.concat([ASF, noise(900)])),
  sample('a.wmv', 'video/x-ms-wmv', Buffer.concat([ASF, noise(900)])),
  sample('a.mpg', 'video/mpeg', Buffer.concat([Buffer.from('000001ba44000400', 'hex'), noise(900)])),
  sample('a.mid', 'audio/midi', midi()),
];
