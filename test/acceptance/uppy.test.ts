import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { asSuperuser } from '../support/database.js';
import { EICAR } from '../support/samples.js';
import { startUppyExample, type UppyExample } from '../support/uppy-example.js';
import { sha256Of, uploadNamed, waitForParts, type UppyScene } from '../support/uppy-scene.js';

const MIB = 1024 * 1024;
const TIMEOUT_MS = 180_000;
/** So much of one file is on its way at the same time: two parts at most. */
const IN_FLIGHT_BYTES = 16 * MIB;
/** When so much has been sent, one part at least has arrived whole. */
const ONE_PART_BYTES = IN_FLIGHT_BYTES + 2 * MIB;

let example: UppyExample;

const open = async (page: string): Promise<UppyScene> => {
  const scene = await example.open(page);
  onTestFinished(() => {
    example.line.release();
    return scene.close();
  });
  return scene;
};

/** Sends files of every kind and waits for what becomes of them. */
async function sendAll(scene: UppyScene, large: Buffer): Promise<void> {
  const small = randomBytes(70_000);
  await scene.send(
    await example.write('large.bin', large),
    await example.write('sm\u00e4ll file.bin', small),
    await example.write('empty.txt', Buffer.alloc(0)),
    await example.write('eicar.com', EICAR),
  );
  expect(await scene.shows('large.bin', 'CLEAN')).toContain(sha256Of(large));
  expect(await scene.shows('sm\u00e4ll file.bin', 'CLEAN')).toContain(sha256Of(small));
  expect(await scene.shows('empty.txt', 'CLEAN')).toContain(sha256Of(Buffer.alloc(0)));
  await scene.shows('eicar.com', 'INFECTED');
  expect(scene.complaints).toEqual([]);
}

describe('Uppy in a browser', { timeout: TIMEOUT_MS }, () => {
  beforeAll(async () => {
    example = await startUppyExample({ services: inject('services') });
  });
  afterAll(() => example.stop());

  describe.each(['tus', 's3-5', 's3-6'])('with %s', (protocol) => {
    it('sends files, which end CLEAN with the bytes that were picked, or INFECTED', async () => {
      await sendAll(await open(`${protocol}.html`), randomBytes(27 * MIB + 11));
    });

    it('stops and goes on, also when the network is gone, and sends no part again that has arrived', async () => {
      const { line, product } = example;
      const scene = await open(`${protocol}.html`);
      const bytes = randomBytes(42 * MIB + 5);
      const name = `stopped-${protocol}.bin`;
      const before = line.sentBytes();
      line.holdAfter(ONE_PART_BYTES);
      await scene.send(await example.write(name, bytes));
      await waitForParts(product, name, 1);
      await scene.press('Pause');
      line.holdAfter(ONE_PART_BYTES);
      await scene.press('Resume');
      await waitForParts(product, name, 2);
      await scene.context.setOffline(true);
      line.cut();
      await scene.page.getByText('No internet connection').first().waitFor();
      line.release();
      await scene.context.setOffline(false);
      expect(await scene.shows(name, 'CLEAN')).toContain(sha256Of(bytes));
      expect(scene.takenAgain()).toEqual([]);
      expect(line.sentBytes() - before).toBeLessThan(bytes.length + 2 * IN_FLIGHT_BYTES + MIB);
    });

    it('cancels on the server as well', async () => {
      const { line, product } = example;
      const scene = await open(`${protocol}.html`);
      const name = `cancelled-${protocol}.bin`;
      line.holdAfter(ONE_PART_BYTES);
      // So long that the browser cannot have handed all of it on: what has arrived whole is complete, and not cancelled.
      const bytes = randomBytes(ONE_PART_BYTES + IN_FLIGHT_BYTES + 4 * MIB);
      await scene.send(await example.write(name, bytes));
      await waitForParts(product, name, 1);
      await scene.press('Cancel');
      line.release();
      const token = await product.token('acme-uploader');
      const state = async (): Promise<string | undefined> => (await uploadNamed(product, token, name))?.state;
      await expect.poll(state, { timeout: TIMEOUT_MS }).toBe('CANCELLED');
    });

    it('goes on after the page was loaded again', async () => {
      const { line, product } = example;
      const scene = await open(`${protocol}.html`);
      // What the browser keeps over a reload has 10 MiB at most.
      const bytes = randomBytes(9 * MIB + 900_000);
      const name = `reloaded-${protocol}.bin`;
      line.holdAfter(8 * MIB + 500_000);
      await scene.send(await example.write(name, bytes));
      await waitForParts(product, name, 1);
      await scene.page.reload();
      line.release();
      await scene.page.locator('.uppy-StatusBar-actionBtn--upload').click();
      expect(await scene.shows(name, 'CLEAN')).toContain(sha256Of(bytes));
      expect(scene.takenAgain()).toEqual([]);
    });
  });
});

describe('Uppy in a browser, straight to the S3 store', { timeout: TIMEOUT_MS }, () => {
  beforeAll(async () => {
    example = await startUppyExample({ services: inject('services'), store: 's3' });
    await asSuperuser(example.product.databaseUrl, (db) =>
      db.query(`update tenants set direct_transfer = true where slug = 'acme'`),
    );
  });
  afterAll(() => example.stop());

  it.each(['s3-5', 's3-6'])('sends the bytes of parts there with %s, and only those', async (protocol) => {
    const scene = await open(`${protocol}.html?direct`);
    const before = example.line.sentBytes();
    await sendAll(scene, randomBytes(25 * MIB + 11));
    const toStore = scene.taken.filter((url) => url.startsWith(inject('services').s3.endpoint));
    // Four parts of the large file, and one of each other that has any bytes.
    expect(toStore).toHaveLength(6);
    expect(scene.taken).toHaveLength(6);
    expect(example.line.sentBytes() - before).toBeLessThan(MIB);
  });
});
