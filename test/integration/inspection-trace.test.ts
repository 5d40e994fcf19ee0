import { randomUUID } from 'node:crypto';
import { trace } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { startTracing, type TracingOptions } from '../../src/observability/start-tracing.js';
import { makeJob } from '../support/make-job.js';
import { openInspectionQueue, type OpenInspectionQueue } from '../support/open-inspection-queue.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const PARENT_ID = 'b7ad6b7169203331';

type SpanProcessor = NonNullable<TracingOptions['spanProcessors']>[number];
type Span = Parameters<SpanProcessor['onEnd']>[0];

const recordingProcessor = (ended: Span[]): SpanProcessor => ({
  onStart: () => undefined,
  onEnd: (span) => void ended.push(span),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
});

describe('the trace of an inspection', () => {
  const ended: Span[] = [];
  let stopTracing: () => Promise<void>;
  let open: OpenInspectionQueue;

  beforeAll(async () => {
    stopTracing = startTracing({ spanProcessors: [recordingProcessor(ended)] });
    open = await openInspectionQueue(inject('services').redisUrl, randomUUID(), { isTracing: true });
  });
  afterAll(async () => {
    await open.close();
    await stopTracing();
  });

  it('begins with the request that caused it and reaches the work of the job', async () => {
    let seen: string | undefined;
    open.work(async () => {
      seen = trace.getActiveSpan()?.spanContext().traceId;
    });
    await open.queue.enqueueInspection(makeJob({ traceparent: `00-${TRACE_ID}-${PARENT_ID}-01` }));
    await vi.waitFor(() => expect(seen).toBe(TRACE_ID));
    await vi.waitFor(() => {
      const spans = ended.filter((span) => span.spanContext().traceId === TRACE_ID);
      expect(spans.map((span) => span.name)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^add /u), expect.stringMatching(/^process /u)]),
      );
    });
  });
});
