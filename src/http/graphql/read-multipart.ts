import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform, type Readable } from 'node:stream';
import busboy, { type Busboy } from 'busboy';
import type { FileUpload, Upload } from 'graphql-upload-minimal';
import { badForm, expectFile, parseObject, type ExpectedFile } from './multipart-map.js';

const MAX_FIELD_BYTES = 128 * 1024;
const LIMITS = {
  fieldNameSize: 100,
  fieldSize: MAX_FIELD_BYTES,
  fields: 2,
  files: 1,
  parts: 4,
  headerPairs: 20,
};

type OnBytes = (bytes: number) => void;

/** What the library's class has and its types leave out. */
interface Settleable extends Upload {
  resolve(file: FileUpload): void;
  reject(error: Error): void;
}

/**
 * Reads a multipart request up to its file and gives back the operation, with the file as a stream in its
 * place. The stream ends only after the whole form has been read and found right: a form that is cut off
 * or goes on with what it must not ends it with an error, so nothing short can pass for the whole.
 *
 * @param onBytes - told of every piece of the file
 * @throws FaultError BAD_USER_INPUT for a form that is anything but operations, map and one file
 * @see https://github.com/jaydenseric/graphql-multipart-request-spec
 */
export function readMultipart(
  request: IncomingMessage,
  response: ServerResponse,
  onBytes: OnBytes = () => undefined,
): Promise<object> {
  return new Promise((resolve, reject) => {
    const parser = createParser(request);
    const form = Promise.withResolvers<undefined>();
    form.promise.catch(reject);
    const fail = (error: Error): void => {
      form.reject(error);
      request.unpipe(parser);
      parser.destroy(error);
    };
    collect({ parser, form: form.promise, resolve, fail, onBytes });
    parser.once('close', () => {
      form.resolve(undefined);
    });
    parser.on('error', () => {
      fail(badForm('The form is not valid multipart/form-data or was cut off.'));
    });
    request.once('close', () => {
      if (!request.complete) fail(badForm('The request was cut off.'));
    });
    response.once('close', () => {
      fail(badForm('The request has been answered.'));
    });
    request.pipe(parser);
  });
}

function createParser(request: IncomingMessage): Busboy {
  try {
    return busboy({ headers: request.headers, defParamCharset: 'utf8', limits: LIMITS });
  } catch {
    throw badForm('The Content-Type has no boundary.');
  }
}

interface Collecting {
  readonly parser: Busboy;
  readonly form: Promise<undefined>;
  readonly resolve: (operations: object) => void;
  readonly fail: (error: Error) => void;
  readonly onBytes: OnBytes;
}

function collect({ parser, form, resolve, fail, onBytes }: Collecting): void {
  const fields = createFields();
  let isFileSeen = false;
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  };
  parser.on('field', (name, value, info) => {
    guarded(() => {
      if (info.valueTruncated || info.nameTruncated) throw badForm(`The field "${name}" is too long.`);
      fields.add(name, value);
    });
  });
  parser.on('file', (name, stream, info) => {
    stream.on('error', () => undefined);
    guarded(() => {
      const { operations, expected } = fields.complete();
      if (name !== expected.partName) throw badForm(`The part "${name}" is not in the map.`);
      isFileSeen = true;
      settle(expected, { fieldName: name, ...info }, holdEnd(stream, form, onBytes));
      resolve(operations);
    });
  });
  for (const limit of ['fieldsLimit', 'filesLimit', 'partsLimit'] as const) {
    parser.once(limit, () => {
      fail(badForm('The form has more parts than operations, map and one file.'));
    });
  }
  parser.prependOnceListener('close', () => {
    if (!isFileSeen) fail(badForm('The file that the map names is missing.'));
  });
}

interface Fields {
  add(name: string, value: string): void;
  complete(): { readonly operations: object; readonly expected: ExpectedFile };
}

/** The two fields, in the order that the specification demands. */
function createFields(): Fields {
  let operations: object | undefined;
  let expected: ExpectedFile | undefined;
  return {
    add: (name, value) => {
      if (name === 'operations' && !operations) operations = parseObject(value, name);
      else if (name === 'map' && operations && !expected) expected = expectFile(operations, value);
      else throw badForm('The form must begin with one field "operations" and then one field "map".');
    },
    complete: () => {
      if (operations && expected) return { operations, expected };
      throw badForm('The file must follow the fields "operations" and "map".');
    },
  };
}

function settle(
  { upload }: ExpectedFile,
  info: { fieldName: string; filename: string; encoding: string; mimeType: string },
  body: Readable,
): void {
  const { fieldName, filename, encoding, mimeType } = info;
  let isTaken = false;
  const createReadStream = (): Readable => {
    // Whoever came second would find the stream at its end, and take it for an empty file.
    if (isTaken) throw badForm('The file can be used once in an operation.');
    isTaken = true;
    return body;
  };
  const file = { fieldName, filename, encoding, mimetype: mimeType, createReadStream };
  (upload as Settleable).resolve(file as unknown as FileUpload);
}

function holdEnd(stream: Readable, form: Promise<undefined>, onBytes: OnBytes): Readable {
  const held = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      onBytes(chunk.length);
      done(null, chunk);
    },
    flush: (done) => {
      form.then(() => {
        done();
      }, done);
    },
  });
  // The form may break while nobody listens: the operation may have been refused already.
  held.on('error', () => undefined);
  form.catch((error: unknown) => held.destroy(error instanceof Error ? error : new Error(String(error))));
  stream.pipe(held);
  // Of a stream that breaks the form knows why, and ends what is held. The parser waits for nobody who has left.
  held.once('close', () => stream.destroy());
  return held;
}
