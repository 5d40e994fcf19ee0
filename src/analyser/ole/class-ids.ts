import { report, type Context, type Place } from '../context.js';
import type { FindingCode } from '../../domain/finding-codes.js';

/** Classes of objects that act, or that were broken into, by the number that Windows knows them by. */
const CLASSES: Readonly<Record<string, readonly [code: FindingCode, what: string]>> = {
  '0002ce02-0000-0000-c000-000000000046': ['OFFICE_EQUATION_OBJECT', 'Equation.3'],
  '00021700-0000-0000-c000-000000000046': ['OFFICE_EQUATION_OBJECT', 'Equation.2'],
  '00000300-0000-0000-c000-000000000046': ['OFFICE_EXTERNAL_TEMPLATE', 'link: StdOleLink'],
  '25336920-03f9-11cf-8fd0-00aa00686f13': ['OFFICE_ACTIVEX', 'htmlfile'],
  '06290bd2-48aa-11d2-8432-006008c3fbfc': ['OFFICE_ACTIVEX', 'scriptlet'],
  '3050f4d8-98b5-11cf-bb82-00aa00bdce0b': ['OFFICE_ACTIVEX', 'htafile'],
  'd27cdb6e-ae6d-11cf-96b8-444553540000': ['OFFICE_ACTIVEX', 'ShockwaveFlash'],
  'd27cdb70-ae6d-11cf-96b8-444553540000': ['OFFICE_ACTIVEX', 'ShockwaveFlash'],
  'eab22ac3-30c1-11cf-a7eb-0000c05bae0b': ['OFFICE_ACTIVEX', 'Shell.Explorer'],
  '8856f961-340a-11d0-a96b-00c04fd705a2': ['OFFICE_ACTIVEX', 'Shell.Explorer'],
  '0003000c-0000-0000-c000-000000000046': ['OFFICE_EMBEDDED_OBJECT', 'Package'],
  'f20da720-c02f-11ce-927b-0800095ae340': ['OFFICE_EMBEDDED_OBJECT', 'Package'],
};

/** Reports what is known of the class of an object; nothing for those that nobody knows. */
export function checkClassId(classId: string, place: Place, context: Context): void {
  const known = CLASSES[classId.toLowerCase()];
  if (known) report(context, place, known[0], known[1]);
}

/** Names that a moniker of a class asks another place for: web addresses, and scripts. */
const MONIKERS = [
  'e0c9ea79f9bace118c8200aa004ba90b', // URL moniker
  'c6afabec197fd211978e0000f8757e2a', // new moniker
  '8f3b0b060e7ed211978e0000f8757e2a',
].map((hex) => Buffer.from(hex, 'hex'));

/** Whether a stream names a place elsewhere that its object is loaded from. */
export const holdsMoniker = (bytes: Buffer): boolean => MONIKERS.some((moniker) => bytes.includes(moniker));
