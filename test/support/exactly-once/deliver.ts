import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from '../crash/chance.js';
import type { Reading } from './read-answer.js';
import type { Answer, Damage, Sending, Wire } from './wire.js';

/** One thing that a client wants, and that has one effect however often it is sent. */
export interface Step {
  readonly name: string;
  /** Made anew each time, because tokens end. */
  readonly make: () => Promise<Sending>;
  readonly read: (answer: Answer) => Reading;
  /** What every good answer must have in common; nothing where they may differ. */
  readonly sameness?: (value: unknown) => unknown;
  /** Codes of refusals that are right, and whether the client comes again after one. */
  readonly refusals?:
    | Readonly<Record<string, 'over' | 'later'>>
    | (() => Readonly<Record<string, 'over' | 'later'>>);
}

/** What a step came to: its value, or the code of a refusal that was to be expected. */
export type Delivered = { readonly value: unknown } | { readonly code: string };

/** Sends the steps of one story over a network that repeats, breaks and delays them. */
export interface Courier {
  /** Sends until there is an answer for good. */
  deliver(step: Step): Promise<Delivered>;
  /** Waits for what still travels. */
  settle(): Promise<void>;
}

/** What a courier needs. */
export interface CourierDeps {
  readonly wire: Wire;
  readonly chance: Chance;
  readonly violate: (what: string) => void;
  readonly label: string;
}

const TWIN_SHARE = 0.15;
const DAMAGE_SHARE = 0.12;
const LATE_SHARE = 0.25;
const MAX_TRIES = 400;
const WAIT_MS = 120;

/** Makes the courier of one story. */
export function createCourier({ wire, chance, violate, label }: CourierDeps): Courier {
  const delivered: Step[] = [];
  const answers = new Map<Step, string>();
  const travelling = new Set<Promise<unknown>>();

  const judge = (step: Step, answer: Answer | undefined): Delivered | undefined => {
    if (!answer) return undefined;
    const reading = step.read(answer);
    if (reading.kind === 'later') return undefined;
    if (reading.kind === 'refused') return judgeRefusal(step, reading.code);
    compare(step, reading.value);
    return { value: reading.value };
  };
  const judgeRefusal = (step: Step, code: string): Delivered | undefined => {
    const right = (typeof step.refusals === 'function' ? step.refusals() : step.refusals)?.[code];
    if (right === undefined) violate(`${label}: ${step.name} was refused with ${code}`);
    return right === 'later' ? undefined : { code };
  };
  const compare = (step: Step, value: unknown): void => {
    if (!step.sameness) return;
    const said = JSON.stringify(step.sameness(value));
    const first = answers.get(step) ?? said;
    answers.set(step, first);
    if (first !== said) violate(`${label}: ${step.name} was answered with ${first}, and then with ${said}`);
  };
  const sendOnce = async (step: Step): Promise<Delivered | undefined> => {
    const damage = damageBy(chance);
    return judge(step, await wire.send(await step.make(), damage, chance.below(2)));
  };
  const sendLate = (): void => {
    const [late] = chance.shuffle(delivered);
    if (!late || !chance.isLucky(LATE_SHARE)) return;
    const sending = sendOnce(late).finally(() => travelling.delete(sending));
    travelling.add(sending);
  };
  return {
    deliver: async (step) => {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        sendLate();
        const twins = chance.isLucky(TWIN_SHARE) ? chance.between(1, 2) : 0;
        const outcomes = await Promise.all(Array.from({ length: 1 + twins }, () => sendOnce(step)));
        const good = outcomes.find((outcome) => outcome && 'value' in outcome);
        const outcome = good ?? outcomes.find((one) => one !== undefined);
        if (outcome) {
          delivered.push(step);
          return outcome;
        }
        await sleep(chance.below(WAIT_MS));
      }
      violate(`${label}: ${step.name} was never answered`);
      return { code: 'NEVER' };
    },
    settle: async () => {
      await Promise.all(travelling);
    },
  };
}

function damageBy(chance: Chance): Damage {
  if (!chance.isLucky(DAMAGE_SHARE)) return { kind: 'none' };
  return chance.isLucky(0.5)
    ? { kind: 'cut', afterBytes: chance.below(2 ** 31) }
    : { kind: 'leave', afterMs: chance.below(15) };
}
