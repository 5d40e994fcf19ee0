/** Sends wake-ups one by one for each channel. */
export interface WakePublisher {
  /** Sends a wake-up, now or later. Never throws, never waits. */
  readonly send: (channel: string) => void;
  /** Sends what could not be sent before; called when the bus is found again. */
  readonly sendOwed: () => void;
}

/** Most channels that are being published to at the same time. */
const MAX_IN_FLIGHT = 1_000;
/** Most channels that are remembered while the bus is away; further ones are lost, as a hint may be. */
const MAX_OWED = 10_000;

/**
 * Turns any rate of wake-ups into at most one PUBLISH under way for each channel: those that come meanwhile
 * become one more. What fails is owed and sent once the bus is back, because a listener that found the bus
 * first was woken too early to see it.
 *
 * @param publish - sends to one channel; rejects when that failed
 */
export function createWakePublisher(publish: (channel: string) => Promise<void>): WakePublisher {
  const inFlight = new Map<string, 'sent' | 'again'>();
  const owed = new Set<string>();

  const owe = (channel: string): void => {
    if (owed.size < MAX_OWED) owed.add(channel);
  };

  const sendOwed = (): void => {
    const channels = [...owed];
    owed.clear();
    channels.forEach(send);
  };

  const send = (channel: string): void => {
    if (inFlight.has(channel)) inFlight.set(channel, 'again');
    else if (inFlight.size >= MAX_IN_FLIGHT) owe(channel);
    else void run(channel);
  };

  const run = async (channel: string): Promise<void> => {
    inFlight.set(channel, 'sent');
    const isSent = await publish(channel).then(
      () => true,
      () => false,
    );
    const isWanted = inFlight.get(channel) === 'again';
    inFlight.delete(channel);
    if (!isSent) owe(channel);
    else if (isWanted) send(channel);
    // Only a success says that the bus carries again; anything else would try in circles.
    if (isSent && inFlight.size < MAX_IN_FLIGHT / 2 && owed.size > 0) sendOwed();
  };

  return { send, sendOwed };
}
