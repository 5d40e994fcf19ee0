import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fault } from '../domain/errors.js';
import { faultOfError } from './fault-of-error.js';
import { problemHeaders, sendProblem, toProblem, type Problem } from './problem.js';
import { createRouteTable } from './route-table.js';
import { BARE_SECURITY_HEADERS } from './security-headers.js';

/** Makes every failure of every route a problem: thrown errors, unknown paths and wrong methods. */
export function addErrorAnswers(app: FastifyInstance): void {
  const routes = createRouteTable(app);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) => {
    const allowed = routes.methodsOf(request.url.split('?')[0] ?? '/');
    if (allowed.length === 0) {
      return sendProblem(reply, fault('NOT_FOUND', { message: 'There is nothing here.' }).fault);
    }
    void reply.header('allow', allowed.join(', '));
    return sendProblem(
      reply,
      fault('BAD_USER_INPUT', { message: 'The method is not allowed here.' }).fault,
      405,
    );
  });
}

/** Answers an error that a hook or a handler threw. */
function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = faultOfError(error);
  if (failure.isUnexpected) request.log.error({ err: error }, 'a request failed');
  return sendProblem(reply, failure.fault, failure.status);
}

/** Answers a URL that cannot be parsed, for which no hook runs. */
export function answerBadUrl(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers({ ...BARE_SECURITY_HEADERS, 'x-request-id': request.id });
  answerError(error, request, reply);
}

const CLIENT_ERRORS: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
};

/** Answers bytes that are no HTTP request; there is nothing but a socket to write to. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, reason] = CLIENT_ERRORS[error.code ?? ''] ?? [400, 'Bad Request'];
  const refusal = fault('BAD_USER_INPUT', { message: 'The bytes sent are not a valid HTTP request.' });
  answerBareSocket(socket, toProblem(refusal.fault, randomUUID(), status), reason);
}

/** Writes a problem where no response can be made any more, and ends our side of the connection. */
export function answerBareSocket(socket: Socket, problem: Problem, reason: string): void {
  const body = JSON.stringify(problem);
  const headers = {
    ...BARE_SECURITY_HEADERS,
    ...problemHeaders(problem),
    'x-request-id': problem.correlationId,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${String(problem.status)} ${reason}`, ...lines, '', body].join('\r\n'));
}
