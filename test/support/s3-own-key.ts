const OWN_KEY = /^\.[a-z-]+$/u;

/** Whether a key is of what processes keep for themselves, as the id of the store; none of an object can be like it. */
export const isOwnKey = (key: string): boolean => OWN_KEY.test(key);
