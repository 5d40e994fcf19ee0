import { sample, type Sample } from './sample.js';

/** The same thing said in many scripts. */
const LANGUAGES: Readonly<Record<string, string>> = {
  arabic: 'يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق.',
  armenian: 'Բոլոր մարդիկ ծնվում են ազատ ու հավասար։',
  bengali: 'সমস্ত মানুষ স্বাধীনভাবে সমান মর্যাদা নিয়ে জন্মগ্রহণ করে।',
  chinese: '人人生而自由，在尊严和权利上一律平等。',
  czech: 'Všichni lidé rodí se svobodní a sobě rovní.',
  english: 'All human beings are born free & equal.',
  french: 'Tous les êtres humains naissent libres et égaux.',
  georgian: 'ყველა ადამიანი იბადება თავისუფალი.',
  german: 'Alle Menschen sind frei und gleich an Würde geboren.',
  greek: 'Όλοι οι άνθρωποι γεννιούνται ελεύθεροι.',
  hebrew: 'כל בני האדם נולדו בני חורין.',
  hindi: 'सभी मनुष्य जन्म से स्वतंत्र हैं।',
  japanese: 'すべての人間は、生まれながらにして自由である。',
  khmer: 'មនុស្សទាំងអស់កើតមកមានសេរីភាព។',
  korean: '모든 인간은 태어날 때부터 자유롭다.',
  polish: 'Wszyscy ludzie rodzą się wolni.',
  russian: 'Все люди рождаются свободными и равными.',
  tamil: 'மனிதர் யாவரும் சுதந்திரமாகவே பிறக்கின்றனர்.',
  thai: 'มนุษย์ทั้งหลายเกิดมามีอิสระ',
  turkish: 'Bütün insanlar hür doğarlar.',
  emoji: 'Free 🕊️ and equal 👩🏽‍🤝‍👩🏻, flags 🇨🇦.',
};

/** What people write and programs write for them, by extension and declared type. */
const KINDS: readonly (readonly [extension: string, type: string | null, text: string])[] = [
  ['md', 'text/markdown', '# Title\n\n* <b>bold</b>\n\n```html\n<script>alert(1)</script>\n```\n'],
  ['csv', 'text/csv', 'name;amount\n"Müller, A.";1,50\n=SUM(A1:A2);2\n'],
  ['tsv', 'text/tab-separated-values', 'a\tb\n1\t2\n'],
  ['json', 'application/json', '{"a": [1, 2, {"b": "<script>"}], "c": null}'],
  ['jsonl', null, '{"a":1}\n{"a":2}\n'],
  ['yaml', 'application/yaml', 'a:\n  - b: 1\n  - "c"\n'],
  ['toml', null, '[a]\nb = 1\n'],
  ['ini', null, '; comment\n[a]\nb=1\r\n'],
  ['log', null, '2026-01-01T00:00:00Z \u001b[31mERROR\u001b[0m MZ not found\n'],
  ['css', 'text/css', '@import "a.css";\na { background: url(https://a.example/a.png) }\n'],
  ['js', 'text/javascript', '#!/usr/bin/env node\nimport "x";\nexport const a = `<script>${1}</script>`;\n'],
  ['ts', 'video/mp2t', 'export const a: number = 1;\n'],
  ['py', 'text/x-python', '#!/usr/bin/python3\nprint("%PDF-1.7")\n'],
  ['sh', 'application/x-sh', '#!/bin/sh\nset -e\necho "$1"\n'],
  ['sql', 'application/sql', "SELECT * FROM a WHERE b = 'x''y'; -- comment\n"],
  ['srt', 'application/x-subrip', '1\n00:00:01,000 --> 00:00:02,000\n<i>Text</i>\n'],
  ['vtt', 'text/vtt', 'WEBVTT\n\n00:01.000 --> 00:02.000\nText\n'],
  [
    'ics',
    'text/calendar',
    'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:a\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
  ],
  ['vcf', 'text/vcard', 'BEGIN:VCARD\nVERSION:4.0\nFN:A B\nEND:VCARD\n'],
  ['tex', 'application/x-tex', '\\documentclass{article}\n\\begin{document}$\\alpha$\\end{document}\n'],
  ['bib', 'text/x-bibtex', '@book{a, title={B}, year=2020}\n'],
  ['c', 'text/x-csrc', '#include <stdio.h>\nint main(void) { return 0; }\n'],
  ['java', 'text/x-java', 'class A { byte[] magic = { (byte) 0xCA }; }\n'],
  ['rs', 'text/rust', 'fn main() { println!("{}", 1); }\n'],
  ['go', 'text/x-go', 'package main\n\nfunc main() {}\n'],
  ['php', 'application/x-httpd-php', '<?php echo "<html>"; ?>\n'],
  [
    'pem',
    'application/x-pem-file',
    '-----BEGIN CERTIFICATE-----\nTVqQAAMAAAAEAAAA\n-----END CERTIFICATE-----\n',
  ],
  ['diff', 'text/x-diff', '--- a\n+++ b\n@@ -1 +1 @@\n-<script>\n+<b>\n'],
  ['geojson', 'application/geo+json', '{"type":"Point","coordinates":[1,2]}'],
  ['ipynb', null, '{"cells":[{"cell_type":"code","source":["1+1"]}],"nbformat":4}'],
  ['po', 'text/x-gettext-translation', 'msgid "a"\nmsgstr "b"\n'],
  ['m3u', 'audio/x-mpegurl', '#EXTM3U\n#EXTINF:1,a\na.mp3\n'],
  ['xpm', 'image/x-xpixmap', '/* XPM */\nstatic char *a[] = { "1 1 1 1", "x c #fff", "x" };\n'],
  ['ppm', 'image/x-portable-pixmap', 'P3\n1 1\n255\n0 0 0\n'],
  ['eps', 'application/postscript', '%!PS-Adobe-3.0 EPSF-3.0\n%%EOF\n'],
  ['dxf', 'image/vnd.dxf', '0\nSECTION\n2\nHEADER\n0\nENDSEC\n0\nEOF\n'],
  [
    'gpx',
    'application/gpx+xml',
    '<?xml version="1.0"?>\n<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><wpt lat="1" lon="2"/></gpx>\n',
  ],
  [
    'rss',
    'application/rss+xml',
    '<?xml version="1.0"?>\n<rss version="2.0"><channel><title>a &amp; b</title></channel></rss>\n',
  ],
  [
    'plist',
    null,
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0"><dict/></plist>\n',
  ],
  [
    'eml',
    'message/rfc822',
    'Received: from a.example\r\nMessage-ID: <1@a.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\nSubject: a\r\n\r\nText.\r\n',
  ],
];

/** As an editor of Windows writes them: one line that looks like a field of a mail, and many that are indented. */
const services = `services:\r\n${'  web:\r\n    image: "a:1"\r\n    ports: [1]\r\n'.repeat(20)}`;
const settings = `Settings:\r\n${'\tkey = 1\r\n'.repeat(60)}`;

/** Texts of people, in many scripts and encodings, and of programs. */
export const texts = (): readonly Sample[] => [
  ...Object.entries(LANGUAGES).map(([name, text]) =>
    sample(`${name}.txt`, 'text/plain', `${text}\n`.repeat(9)),
  ),
  ...Object.entries(LANGUAGES)
    .slice(0, 9)
    .map(([name, text]) =>
      sample(`${name}-16.txt`, 'text/plain', Buffer.from(`\ufeff${text}\r\n`, 'utf16le')),
    ),
  sample('latin1.txt', 'text/plain', Buffer.from('Größe: 1 \xb5m, caf\xe9\r\n', 'latin1')),
  sample('shift-jis.txt', 'text/plain', Buffer.from('82b782d782c482cc906c8ad482cd0d0a', 'hex')),
  sample('iso-2022-jp.txt', 'text/plain', Buffer.from('1b2442247339244624581b2842', 'hex')),
  sample('utf-8-mark.csv', 'text/csv', '\ufeffa;b\r\n1;2\r\n'),
  sample('services.yaml', 'application/yaml', services),
  sample('settings.ini', null, settings),
  sample('README', null, `Usage:\r\n\r\n${'    npm start\r\n'.repeat(60)}`),
  sample('README.md', 'text/markdown', `Usage:\r\n${'    npm start\r\n'.repeat(60)}\r\n# More\r\n`),
  sample('empty.txt', 'text/plain', ''),
  sample('long-line.txt', 'text/plain', 'x'.repeat(200_000)),
  sample('no-extension', null, 'Some words.\n'),
  ...KINDS.map(([extension, type, text]) => sample(`a.${extension}`, type, text)),
];
