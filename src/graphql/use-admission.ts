import type { Plugin } from '@envelop/core';
import { getOperationAST, Kind, type ExecutionArgs, type OperationDefinitionNode } from 'graphql';
import { fault } from '../domain/errors.js';
import type { GraphqlContext } from './context.js';
import { toGraphqlError } from './errors.js';

/** When a client that was refused because of pressure may come again. */
export const PRESSURE_RETRY_MS = 5_000;

/** What an upload that was let in needs to come to its end. */
const UPLOADS_IN_FLIGHT = new Set([
  'signUploadParts',
  'completeUpload',
  'cancelUpload',
  'file',
  '__typename',
]);

/**
 * Refuses operations with OVERLOADED while the process is at its limits, whatever transport they come by. Those that
 * bring uploads to their end go on: what was let in is cheaper to finish than to do again.
 */
export const useAdmission = (isUnderPressure: () => boolean): Plugin => ({
  onExecute: ({ args, setResultAndStopExecution }) => {
    if (!isUnderPressure()) return;
    const { document, operationName, contextValue } = args as ExecutionArgs & {
      readonly contextValue: GraphqlContext;
    };
    const operation = getOperationAST(document, operationName);
    if (operation && isOfUploads(operation)) return;
    const { correlation } = contextValue;
    const refusal = fault('OVERLOADED', { retryAfterMs: PRESSURE_RETRY_MS });
    setResultAndStopExecution({ errors: [toGraphqlError(refusal.fault, correlation)] });
  },
});

/** Fragments could hide anything: an operation that begins with one waits. */
const isOfUploads = ({ selectionSet }: OperationDefinitionNode): boolean =>
  selectionSet.selections.every(
    (selection) => selection.kind === Kind.FIELD && UPLOADS_IN_FLIGHT.has(selection.name.value),
  );
