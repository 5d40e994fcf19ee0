import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createApiClient, granted, type ApiClient } from '../support/api-client.js';
import type { Product } from '../support/product.js';
import { createQuarantineClient, type QuarantineClient } from '../support/quarantine-client.js';
import { EICAR, zipOf } from '../support/samples.js';
import { eventually, sendFile, untilDecided } from '../support/send-file.js';
import { onSharedProduct } from '../support/shared-product.js';

interface SagaView {
  readonly name: string;
  readonly state: string;
  readonly next: { readonly direction: string; readonly step: string } | null;
  readonly endedAt: string | null;
  readonly steps: readonly {
    readonly step: string;
    readonly outcome: string;
    readonly cause: string | null;
    readonly correlationId: string;
  }[];
}

const SAGA = `query ($id: ID!, $last: Int) { answer: file(id: $id) { saga(last: $last) { name state next { direction step }
  endedAt steps { step outcome cause correlationId } } } }`;

let product: Product;
let admin: ApiClient;
let anna: QuarantineClient;
let otto: QuarantineClient;
onSharedProduct(async (shared) => {
  product = shared;
  const as = async (identity: string): Promise<ApiClient> =>
    createApiClient(product.url, await product.token(identity));
  admin = await as('acme-admin');
  [anna, otto] = [
    createQuarantineClient(await as('acme-analyst')),
    createQuarantineClient(await as('acme-analyst-2')),
  ];
});

const sagasOf = async (id: string, client = admin): Promise<readonly SagaView[] | undefined> =>
  granted(await client.ask<{ saga: SagaView[] } | null>(SAGA, { id }))?.saga;

/** Waits until nothing is left to do for a file. */
const settled = async (id: string, count: number): Promise<readonly SagaView[]> => {
  const isSettled = (sagas?: readonly SagaView[]): boolean =>
    sagas?.length === count && sagas.every(({ endedAt }) => endedAt !== null);
  return (await eventually(() => sagasOf(id), isSettled)) ?? [];
};

/** Each saga in one line. */
const told = (sagas: readonly SagaView[]): string[] =>
  sagas.map(({ name, state, steps }) => {
    const lines = steps.map(({ step, outcome, cause }) => [step, outcome, cause].filter(Boolean).join(' '));
    return `${name} is ${state}: ${lines.join(', ')}`;
  });

const COMPLETED = 'COMPLETION is DONE: OPEN DONE, HAND_OVER DONE, ASSEMBLE STARTED, ASSEMBLE DONE';
const INSPECTED = 'INSPECTION is DONE: SEAL STARTED, SEAL DONE, DECIDE DONE, CLEAN_UP STARTED, CLEAN_UP DONE';
const deleted = (cause: string): string => `DELETION is DONE: END DONE ${cause}, REMOVE STARTED, REMOVE DONE`;

describe('what is told of the sagas of a file', () => {
  it('is how it was received, inspected and deleted, and who did it', async () => {
    const { id } = await untilDecided(admin, (await sendFile(admin, randomBytes(100))).id);
    const sagas = await settled(id, 2);
    expect(told(sagas)).toEqual([COMPLETED, INSPECTED]);
    expect(sagas.flatMap(({ steps }) => steps.filter(({ correlationId }) => correlationId === ''))).toEqual(
      [],
    );
    granted(await admin.deleteFile({ fileId: id }));
    expect(told(await settled(id, 3))).toEqual([COMPLETED, INSPECTED, deleted('DELETED')]);
    expect(told((await sagasOf(id)) ?? []).slice(-1)).toEqual([deleted('DELETED')]);
  });

  it('is that an upload which was given up is undone', async () => {
    const { file } = granted(await admin.createUpload({ name: 'never sent', sizeBytes: 5 }));
    const [open] = (await sagasOf(file.id)) ?? [];
    expect(open).toMatchObject({
      state: 'RUNNING',
      next: { direction: 'DO', step: 'HAND_OVER' },
      endedAt: null,
    });
    granted(await admin.cancelUpload({ fileId: file.id }));
    expect(told(await settled(file.id, 2))).toEqual([
      'COMPLETION is COMPENSATED: OPEN DONE, OPEN FAILED CANCELLED, OPEN COMPENSATED',
      deleted('CANCELLED'),
    ]);
  });

  it('is how infected content moved away, was released, and taken back', async () => {
    const bytes = await zipOf('sagas.com', EICAR);
    const { id } = await untilDecided(admin, (await sendFile(admin, bytes)).id);
    const QUARANTINED =
      'QUARANTINE is DONE: ENTER DONE, MOVE STARTED, CLEAN_UP STARTED, MOVE DONE, CLEAN_UP DONE';
    expect(told(await settled(id, 3))).toEqual([COMPLETED, INSPECTED, QUARANTINED]);
    const expiresAt = new Date(Date.now() + 600_000).toISOString();
    const asked = granted(await anna.request({ fileId: id, reason: 'A false positive.', expiresAt })).release;
    granted(await otto.approve({ releaseId: asked.id, reason: 'Seen the report.' }));
    const running = ((await sagasOf(id)) ?? []).at(-1);
    expect(running).toMatchObject({
      name: 'RELEASE',
      state: 'RUNNING',
      next: { direction: 'DO', step: 'END' },
    });
    granted(await otto.end({ releaseId: asked.id, reason: 'Read by now.' }));
    expect(told(await settled(id, 4)).slice(3)).toEqual([
      'RELEASE is DONE: REQUEST DONE, APPROVE STARTED, APPROVE DONE, END STARTED, END DONE REVOKED',
    ]);
  });

  it('is for those who may read the file, and as much as they ask for', async () => {
    const { id } = await untilDecided(admin, (await sendFile(admin, randomBytes(100))).id);
    await settled(id, 2);
    const foreign = createApiClient(product.url, await product.token('globex-admin'));
    expect(await sagasOf(id, foreign)).toBeUndefined();
    const last = granted(await admin.ask<{ saga: SagaView[] }>(SAGA, { id, last: 1 })).saga;
    expect(told(last)).toEqual([INSPECTED]);
    for (const wrong of [0, 101]) {
      const outcome = await admin.ask(SAGA, { id, last: wrong });
      expect(outcome).toMatchObject({
        ok: false,
        error: { extensions: { code: 'BAD_USER_INPUT', field: 'last' } },
      });
    }
  });
});
