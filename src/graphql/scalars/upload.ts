import { GraphQLScalarType } from 'graphql';
import { GraphQLUpload } from 'graphql-upload-minimal';

/**
 * A file part of a multipart request. The value is a promise of the part, settled when it arrives.
 *
 * @see https://github.com/jaydenseric/graphql-multipart-request-spec
 */
export const UploadScalar = new GraphQLScalarType({
  ...GraphQLUpload.toConfig(),
  description: 'A file of the GraphQL multipart request specification.',
  specifiedByURL: 'https://github.com/jaydenseric/graphql-multipart-request-spec',
});
