import { describe, expect, it, vi } from 'vitest';
import { CommanderError } from 'commander';
import { EXIT_CODES, worstExitCode } from '../../../cli/exit-codes.js';
import { readOptions } from '../../../cli/options.js';
import { createLines } from '../../../cli/show/lines.js';
import { createRateMeter } from '../../../client/src/transfer/rate-meter.js';
import { fitName, formatBytes, formatEta, plainText } from '../../../cli/show/units.js';
import { eventText } from '../../../cli/watch-events.js';

describe('exit codes', () => {
  it('have the worst ending win', () => {
    expect(worstExitCode([])).toBe(0);
    expect(worstExitCode(['CLEAN', 'CANCELLED'])).toBe(5);
    expect(worstExitCode(['REJECTED', 'CANCELLED', 'UNSCANNABLE'])).toBe(4);
    expect(worstExitCode(['UNSCANNABLE', 'ERROR'])).toBe(1);
    expect(worstExitCode(['ERROR', 'INFECTED', 'CLEAN'])).toBe(2);
    expect(worstExitCode(['INFECTED', 'INTERRUPTED'])).toBe(130);
  });

  it('are zero for CLEAN alone', () => {
    const zero = Object.entries(EXIT_CODES).filter(([, code]) => code === 0);
    expect(zero.map(([ending]) => ending)).toEqual(['CLEAN']);
  });
});

describe('the command line', () => {
  const quietly = (args: readonly string[], env: NodeJS.ProcessEnv = {}): ReturnType<typeof readOptions> => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      return readOptions(args, env);
    } finally {
      write.mockRestore();
    }
  };

  it('has defaults that fit a service just started', () => {
    expect(quietly(['a'])).toMatchObject({
      paths: ['a'],
      url: 'http://127.0.0.1:4000',
      client: 'acme-uploader',
      secret: 'acme-uploader',
      parallel: 4,
      checksums: true,
    });
  });

  it('takes the environment where no option is given', () => {
    const env = { LAZARET_URL: 'https://files.example/', LAZARET_CLIENT: 'globex-admin', LAZARET_TOKEN: 't' };
    expect(quietly(['a'], env)).toMatchObject({
      url: 'https://files.example',
      secret: 'globex-admin',
      token: 't',
    });
    expect(quietly(['a', '--client', 'acme-viewer'], env)).toMatchObject({ secret: 'acme-viewer' });
  });

  it('finds a service that was started on another port', () => {
    expect(quietly(['a'], { LAZARET_PORT: '5000' }).url).toBe('http://127.0.0.1:5000');
  });

  it('shows no secret of the environment in its help', () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      const env = { LAZARET_SECRET: 'hunter2', LAZARET_TOKEN: 'eyJhbGciOi' };
      expect(() => readOptions(['--help'], env)).toThrow(CommanderError);
      const shown = write.mock.calls.join('');
      expect(shown).toContain('--secret');
      for (const secret of Object.values(env)) expect(shown).not.toContain(secret);
    } finally {
      write.mockRestore();
    }
  });

  it('refuses an address of the environment as it does one of the command line', () => {
    expect(() => quietly(['a'], { LAZARET_URL: 'files.example' })).toThrow('LAZARET_URL is "files.example"');
  });

  it('collects metadata', () => {
    expect(quietly(['a', '--metadata', 'k=v=w', '--metadata', 'l=']).metadata).toEqual([
      { key: 'k', value: 'v=w' },
      { key: 'l', value: '' },
    ]);
  });

  it.each([
    [[]],
    [['a', '--watch']],
    [['--watch', '--download', 'x']],
    [['a', 'b', '--resume', 'x']],
    [['--resume', 'x']],
    [['a', '-o', 'b']],
    [['a', '--parallel', '0']],
    [['a', '--parallel', 'many']],
    [['a', '--url', 'ftp://x']],
    [['a', '--metadata', '=v']],
    [['a', '--live', 'pigeon']],
    [['a', '--unknown']],
  ])('refuses %j', (args) => {
    expect(() => quietly(args)).toThrow(CommanderError);
  });
});

describe('what is shown', () => {
  it('says sizes, times and names in a fixed width', () => {
    expect([0, 1023, 1024, 5 * 2 ** 20, 2 ** 30].map(formatBytes)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KiB',
      '5.0 MiB',
      '1.0 GiB',
    ]);
    expect([0.2, 61, 3_700, Infinity, Number.NaN].map(formatEta)).toEqual([
      '1s',
      '1m 01s',
      '1h 01m',
      '-',
      '-',
    ]);
    expect(fitName('a-very-long-name.jpeg', 9)).toBe('a-ve…jpeg');
    expect(fitName('a', 3)).toBe('a  ');
  });

  it('never lets a name steer the terminal', () => {
    expect(plainText('a\u001b[2Jb\u202ec')).toBe('a\ufffd[2Jb\ufffdc');
  });

  it('measures the rate over the last seconds and begins anew when a stage does', () => {
    const meter = createRateMeter();
    expect(meter.note(0, 0)).toBe(0);
    expect(meter.note(2_000, 1_000)).toBe(2_000);
    expect(meter.note(0, 1_500)).toBe(0);
    expect(meter.note(100, 2_500)).toBe(100);
  });

  it('writes a line for each change of stage and few in between', () => {
    const lines: string[] = [];
    let atMs = 0;
    const row = createLines(
      (line) => lines.push(line),
      () => atMs,
    ).open('a', 2048);
    const at = (stage: 'RECEIVING' | 'SCANNING' | 'CLEAN', sentBytes: number, scannedBytes: number): void =>
      row.update({ stage, sentBytes, scannedBytes, queuePosition: null });
    at('RECEIVING', 0, 0);
    at('RECEIVING', 512, 0);
    atMs = 2_500;
    at('RECEIVING', 1024, 0);
    at('SCANNING', 2048, 0);
    at('SCANNING', 2048, 1024);
    at('CLEAN', 2048, 2048);
    expect(lines.map((line) => line.split(', ')[0])).toEqual([
      'a: sending',
      'a: sending',
      'a: queued',
      'a: scanning',
      'a: CLEAN',
    ]);
  });

  it('writes an event as one line', () => {
    const file = {
      id: 'f-1',
      name: 'a\nb',
      sizeBytes: 1,
      verdict: null,
      createdBy: 'ann',
    } as const;
    const line = eventText({
      from: null,
      to: 'PENDING',
      occurredAt: '2026-01-01T00:00:00.000Z',
      file,
    });
    expect(line).toMatch(/^2026-01-01T00:00:00.000Z {2}new -> PENDING +f-1 {2}a\ufffdb \(1 B\) by ann$/);
  });
});
