import { isSpanContextValid, trace } from '@opentelemetry/api';
import {
  pino,
  stdTimeFunctions,
  symbols,
  type Bindings,
  type ChildLoggerOptions,
  type DestinationStream,
  type Logger as PinoLogger,
} from 'pino';
import { currentCorrelationId } from './correlation-scope.js';
import { redactObject, redactText } from './redact.js';

/** The one logger type of the product. */
export type Logger = PinoLogger;

/** What a logger is made of. */
export interface LoggerOptions {
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Which process speaks, e.g. `api` or `worker`. */
  readonly service: string;
  /** Where lines go. @default standard output, synchronously, so that a crash loses no line */
  readonly destination?: DestinationStream;
}

/**
 * Makes the logger of a process: one JSON object a line, `{level, time, service, correlationId?, traceId?,
 * spanId?, msg, err?, ...}`. Secrets, signed URLs, mail addresses and names are taken out, whoever logs
 * them: first by key, then once more by pattern over the finished line.
 */
export function createLogger(options: LoggerOptions): Logger {
  const logger: Logger = pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: stdTimeFunctions.isoTime,
      mixin: requestContext,
      // A line's own correlation id is more precise than the one of the surrounding work.
      mixinMergeStrategy: (line, context) => ({ ...context, ...line }),
      // Errors have been made plain, and bounded, by then.
      serializers: { err: (error: unknown) => error },
      formatters: {
        level: (label) => ({ level: label }),
        log: (line) => redactObject(line),
      },
      hooks: { streamWrite: redactText },
    },
    options.destination ?? pino.destination({ dest: 1, sync: true }),
  );
  return redactChildren(logger);
}

/** Pino formats the bindings of the root alone; children inherit this method, and so do theirs. */
function redactChildren(logger: Logger): Logger {
  const { child } = Object.getPrototypeOf(logger) as { child: ChildOf };
  const redacted: ChildOf = function (fields, options) {
    return child.call(this, redactObject(fields), options);
  };
  return Object.assign(logger, { child: redacted });
}

type ChildOf = (this: Logger, fields: Bindings, options?: ChildLoggerOptions) => Logger;

function requestContext(_line: object, _level: number, logger: Logger): Record<string, string> {
  const correlationId = isCorrelated(logger) ? undefined : currentCorrelationId();
  const span = trace.getActiveSpan()?.spanContext();
  return {
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(span && isSpanContextValid(span) ? { traceId: span.traceId, spanId: span.spanId } : {}),
  };
}

/** A child that was made for one request brings its id along; a key must not stand in a line twice. */
const isCorrelated = (logger: Logger): boolean =>
  (logger as Logger & { readonly [bindings]: string })[bindings].includes('"correlationId":');

const bindings: typeof symbols.chindingsSym = symbols.chindingsSym;
