import { within, type Context, type Place } from '../context.js';
import { sourceOf } from '../reading/held.js';

/** Files that markup carries in its references. */
export interface DataUrls {
  /** Keeps what a `data:` reference carries, until it is looked into. */
  hear(reference: string): void;
  /** Looks into what was heard since the last time. */
  look(): Promise<void>;
}

const DATA = /^\s*data:([^,]{0,300}),/i;

/** Begins without any. */
export function createDataUrls(place: Place, context: Context): DataUrls {
  let pending: Buffer[] = [];
  return {
    hear(reference) {
      const [head, parameters = ''] = DATA.exec(reference) ?? [];
      if (head === undefined) return;
      const body = reference.slice(head.length);
      const isBase64 = /;\s*base64\s*$/i.test(parameters);
      const text = body.includes('%') ? decodePercent(body) : body;
      pending.push(Buffer.from(text, isBase64 ? 'base64' : 'utf8'));
    },
    async look() {
      const held = pending;
      pending = [];
      for (const bytes of held) {
        context.budget.member();
        if (bytes.length > 0) await context.look(sourceOf(bytes), within(place, '(data)', 'part'));
      }
    },
  };
}

/** What is no escape stays as it is. */
const decodePercent = (text: string): string =>
  text.replace(/(?:%[\da-f]{2})+/gi, (escapes) =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
