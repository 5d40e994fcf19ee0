import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../domain/actor.js';
import { fault } from '../domain/errors.js';
import { traceFile } from '../observability/tracing.js';
import type { S3UploadGrant, UrlSigner } from '../ports/url-signer.js';
import { correlationOf } from './correlation.js';
import { createS3Calls, type S3Answer, type S3CallsDeps } from './s3/calls.js';
import { answerErrorAsS3, refuseAsGone, refuseAsS3, XML } from './s3/refuse.js';

/** What speaking S3 needs. */
export interface S3Deps extends S3CallsDeps {
  readonly urls: S3CallsDeps['urls'] & Pick<UrlSigner, 'readS3Upload'>;
}

type S3Request = FastifyRequest<{ Params: { token: string }; Querystring: Record<string, string> }>;

/** A completion that names 10,000 parts with quoted ETags stays below it. */
const MAX_XML_BYTES = 2 * 1024 * 1024;
const URL_IS_OVER = 'The URL is over, or was altered.';

/**
 * Adds `/s3/:token`, one upload as clients see it that speak S3 to a signed URL and cannot be told to
 * complete in another way. Nothing is decided here: each call is a use-case over the same ledger. The bytes
 * of parts have one door, the URLs of `signUploadParts`, and never come here.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
export async function registerS3(app: FastifyInstance, deps: S3Deps): Promise<void> {
  const calls = createS3Calls(deps);
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.setErrorHandler(answerErrorAsS3);
    // A client says the type of its file with the call that opens an upload and brings no body at all.
    scope.addContentTypeParser(
      '*',
      { parseAs: 'string', bodyLimit: MAX_XML_BYTES },
      (_request, body, parsed) => {
        parsed(null, body);
      },
    );
    scope.route({
      method: ['GET', 'POST', 'PUT', 'DELETE'],
      url: '/s3/:token',
      bodyLimit: MAX_XML_BYTES,
      // Whoever holds a URL was let in when the upload was opened: it goes on while new ones wait.
      config: { admission: 'always' },
      handler: async (request: S3Request, reply) => {
        const grant = await deps.urls.readS3Upload(request.params.token);
        if (!grant) return refuseAsS3(reply, fault('FORBIDDEN', { message: URL_IS_OVER }).fault);
        traceFile(grant);
        const { method, query, body } = request;
        const answer = await calls(actorOf(grant, request), grant.fileId, {
          method,
          query,
          body: typeof body === 'string' ? body : '',
        });
        if (answer.ok) return send(reply, answer.value);
        return 'isGone' in answer ? refuseAsGone(reply, answer.fault) : refuseAsS3(reply, answer.fault);
      },
    });
    done();
  });
}

/** Whoever signed the URL had this permission; it stands for nothing else and for one file. */
const actorOf = ({ tenantId, subject }: S3UploadGrant, request: FastifyRequest): Actor => ({
  ...correlationOf(request),
  tenantId,
  subject,
  roles: [],
  permissions: new Set(['file:upload', 'file:read']),
});

function send(reply: FastifyReply, { status, headers, xml }: S3Answer): FastifyReply {
  void reply.code(status).headers({ 'cache-control': 'no-store', ...headers });
  return xml === undefined ? reply.send() : reply.header('content-type', XML).send(xml);
}
