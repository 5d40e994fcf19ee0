import { Upload } from 'graphql-upload-minimal';
import { fault, FaultError } from '../../domain/errors.js';

/** The file that an operation waits for. */
export interface ExpectedFile {
  /** Name of the part that brings it. */
  readonly partName: string;
  readonly upload: Upload;
}

/** Names of variables and of fields in them; never what every object inherits. */
const PATH = /^variables(?:\.(?!__)[A-Za-z_][A-Za-z0-9_]{0,63}|\.\d{1,3}){1,4}$/;
const RESERVED = new Set(['constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty']);

/**
 * Puts the one expected file where the map says. Only own properties that are null are replaced, so no path
 * reaches what all objects share.
 *
 * @throws FaultError BAD_USER_INPUT when the map is anything else than one file for one variable
 */
export function expectFile(operations: object, mapText: string): ExpectedFile {
  const entries = Object.entries(parseObject(mapText, 'map'));
  const [partName, paths] = entries[0] ?? ['', undefined];
  if (entries.length !== 1 || !Array.isArray(paths) || paths.length !== 1) {
    throw badForm('The map must name exactly one file for one variable.');
  }
  const path: unknown = paths[0];
  if (typeof path !== 'string' || !PATH.test(path)) throw badForm('The path in the map is not valid.');
  const upload = new Upload();
  place(operations, path.split('.'), upload);
  return { partName, upload };
}

/** Reads a field of the form that must hold a JSON object. */
export function parseObject(text: string, field: string): Record<string, unknown> {
  const value = parseJson(text, field);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badForm(`The field "${field}" must be a JSON object.`);
  }
  return value as Record<string, unknown>;
}

/** The refusal of a form. */
export const badForm = (message: string): FaultError =>
  new FaultError(fault('BAD_USER_INPUT', { message }).fault);

function parseJson(text: string, field: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badForm(`The field "${field}" is not valid JSON.`);
  }
}

function place(root: object, path: readonly string[], upload: Upload): void {
  let holder: unknown = root;
  for (const key of path.slice(0, -1)) holder = ownValue(holder, key);
  const last = path.at(-1) ?? '';
  if (ownValue(holder, last) !== null) throw badForm('The path in the map must lead to null.');
  Object.defineProperty(holder, last, {
    value: upload,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

function ownValue(holder: unknown, key: string): unknown {
  const isHolder = typeof holder === 'object' && holder !== null && !RESERVED.has(key);
  if (!isHolder || !Object.hasOwn(holder, key)) throw badForm('The path in the map leads nowhere.');
  return (holder as Record<string, unknown>)[key];
}
