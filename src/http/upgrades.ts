import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { fault } from '../domain/errors.js';
import { sendProblem } from './problem.js';

/** Of a route that is for requests to upgrade, and for no others. */
export const FOR_UPGRADES = { upgrade: true } as const;

/**
 * Leads requests to upgrade through the edge. Node hands them out beside all others, with a bare connection and nothing to
 * answer with; here they get an answer, so that the limits, hooks and errors of every route are theirs too. Comes before the
 * first route, or the router would not keep requests to upgrade from it.
 *
 * @returns what begins with it; comes after whatever applies to all routes
 */
export function addUpgrades(app: FastifyInstance): () => void {
  const asking = new WeakSet<IncomingMessage>();
  app.addConstraintStrategy({
    name: 'upgrade',
    // A route that was not made for it would answer as if nobody had asked, and to a request without its body.
    mustMatchWhenDerived: true,
    storage: () => new Map(),
    deriveConstraint: (request: IncomingMessage) => (asking.has(request) ? true : undefined),
  });
  return () => {
    app.all('*', { constraints: FOR_UPGRADES }, (_request, reply) =>
      sendProblem(reply, fault('NOT_FOUND', { message: 'There is nothing to upgrade to here.' }).fault),
    );
    app.server.on('upgrade', (request, _socket, head: Buffer) => {
      const response = answerOn(request);
      if (!response) return;
      asking.add(request);
      // Whoever takes the connection reads these first.
      if (head.length > 0) request.socket.unshift(head);
      app.routing(request, response);
    });
  };
}

/**
 * An answer whose connection ends with it: Node has let go of the connection and reads no other request from it.
 *
 * @returns `undefined` where an earlier answer is still to come; the connection is broken off
 */
function answerOn(request: IncomingMessage): ServerResponse | undefined {
  const { socket } = request;
  const response = new ServerResponse(request);
  // A connection that breaks is closed, which is all there is to know.
  socket.on('error', () => undefined);
  response.shouldKeepAlive = false;
  response.once('finish', () => {
    socket.destroySoon();
  });
  try {
    response.assignSocket(socket);
    return response;
  } catch {
    // Two answers cannot be written at once, and nobody upgrades before having read what was asked for.
    socket.destroy();
    return undefined;
  }
}

/** Takes the connection of a request to upgrade: from here on it speaks another protocol, and its client may be gone. */
export function takeConnection(reply: FastifyReply): Socket {
  const { socket } = reply.request.raw;
  reply.hijack();
  reply.raw.detachSocket(socket);
  // What is written to the connection from here on says so.
  reply.raw.statusCode = 101;
  // As Node does after an answer: for HTTP the request is over.
  reply.raw.emit('close');
  return socket;
}
