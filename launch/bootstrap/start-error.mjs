/** An error whose message is the one sentence that the operator reads. */
export const startError = (message) => Object.assign(new Error(message), { name: 'StartError' });
