/** Longest path of a unix socket, of the 108 bytes that the kernel has for it. */
const PATH_LIMIT = 107;

/** Whether a unix socket can have this path. */
export const isSocketPath = (path: string): boolean => Buffer.byteLength(path) <= PATH_LIMIT;
