import { SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import type { Scanner, ScanSession } from '../../ports/scanner.js';

/** Makes a span of every scan, from the wish for a session to the reply. Only for where tracing is on. */
export const traceScans = (scanner: Scanner): Scanner => ({
  ...scanner,
  begin: async (signal) => {
    const span = trace.getTracer('lazaret').startSpan('scan', { kind: SpanKind.CLIENT });
    try {
      return traced(await scanner.begin(signal), span);
    } catch (error) {
      fail(span);
      throw error;
    }
  },
});

function traced(session: ScanSession, span: Span): ScanSession {
  const { engine, definitionsVersion } = session;
  span.setAttributes({ 'lazaret.scan.engine': engine, 'lazaret.scan.definitions': definitionsVersion });
  return {
    ...session,
    finish: async () => {
      try {
        const reply = await session.finish();
        span.setAttribute('lazaret.scan.reply', reply.kind).end();
        return reply;
      } catch (error) {
        fail(span);
        throw error;
      }
    },
    abort: () => {
      session.abort();
      fail(span);
    },
  };
}

/** Harmless on a span that has ended: a session may be given up after its reply failed. */
function fail(span: Span): void {
  if (!span.isRecording()) return;
  span.setStatus({ code: SpanStatusCode.ERROR }).end();
}
