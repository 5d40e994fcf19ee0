import { report, within, type Context, type Place } from '../context.js';
import { sourceOf } from '../reading/held.js';
import { createCursor, readPackagedFile, type PackagedFile } from './embedded.js';

/** Names of what Windows runs when somebody opens it. */
const RUN =
  /\.(?:exe|scr|com|pif|bat|cmd|vb[es]?|jse?|ws[fhc]|hta|lnk|ps1|msi|msc|cpl|jar|reg|scf|url|chm|dll|inf|application|settingcontent-ms|iqy|slk|sct)[\s.]*$/i;
/** Numbers of OLE 1 that tell what an object is. @see [MS-OLEDS] 2.2.4 */
const FORMAT = { linked: 1, embedded: 2 } as const;

/** Looks into a file that the packager of Windows wrapped. */
async function lookAtPackaged(file: PackagedFile, place: Place, context: Context): Promise<void> {
  const inner = within(place, file.name || '(object)', 'part');
  report(context, place, 'OFFICE_EMBEDDED_OBJECT', file.name);
  if (RUN.test(file.name)) report(context, inner, 'EXECUTABLE_HIDDEN', file.name);
  await context.look(sourceOf(file.content), inner);
}

/**
 * Looks into an object of OLE 1, as RTF carries them, and streams called `Ole10Native` behind their length.
 *
 * @see [MS-OLEDS] 2.2.5
 */
export async function lookAtOle1(bytes: Buffer, place: Place, context: Context): Promise<void> {
  const cursor = createCursor(bytes);
  cursor.number();
  const format = cursor.number();
  const className = cursor.measuredText();
  const topic = cursor.measuredText();
  cursor.measuredText();
  report(context, place, 'OFFICE_EMBEDDED_OBJECT', className ?? null);
  checkClassName(className ?? '', place, context);
  if (format === FORMAT.linked) {
    report(context, place, 'OFFICE_EXTERNAL_TEMPLATE', `link: ${topic ?? ''}`);
    return;
  }
  const declared = cursor.number() ?? 0;
  const native = cursor.rest().subarray(0, declared);
  if (format !== FORMAT.embedded || className === undefined || native.length < declared) {
    // A program that reads it in another way may find what we did not.
    report(context, place, 'DOCUMENT_UNREADABLE', 'An object is not made as one should be.');
    await context.look(
      sourceOf(bytes.subarray(Math.max(0, bytes.indexOf(COMPOUND)))),
      within(place, '(object)', 'part'),
    );
    return;
  }
  await lookAtNative(native, place, context);
}

const COMPOUND = Buffer.from('d0cf11e0a1b11ae1', 'hex');

/** Looks into the bytes of an object, wrapped by the packager or as its program wrote them. */
export async function lookAtNative(native: Buffer, place: Place, context: Context): Promise<void> {
  const packaged = readPackagedFile(native);
  if (packaged) await lookAtPackaged(packaged, place, context);
  else await context.look(sourceOf(native), within(place, '(object)', 'part'));
}

/** Reports what is known of the class of an object by its name. */
export function checkClassName(className: string, place: Place, context: Context): void {
  const name = className.trim();
  if (/^Equation\b/i.test(name)) report(context, place, 'OFFICE_EQUATION_OBJECT', name);
  else if (/^OLE2Link$|^StdOleLink$/i.test(name)) {
    report(context, place, 'OFFICE_EXTERNAL_TEMPLATE', `link: ${name}`);
  } else if (
    /^(?:Forms\.|Shockwave|ShockwaveFlash|htmlfile|Shell\.Explorer|MSComctl|scriptlet)/i.test(name)
  ) {
    report(context, place, 'OFFICE_ACTIVEX', name);
  }
}
