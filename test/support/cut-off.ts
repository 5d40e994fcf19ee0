import { connect } from 'node:net';

/** Sends part of a body; what is announced may be more, and then the socket is cut. */
export function cutOff(port: number, body: string, announced: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      const headers = [
        'POST /graphql HTTP/1.1',
        'host: x',
        'connection: close',
        'authorization: Bearer acme-uploader',
        'apollo-require-preflight: yes',
        'content-type: multipart/form-data; boundary=B',
        `content-length: ${String(announced)}`,
      ];
      socket.write(`${headers.join('\r\n')}\r\n\r\n${body}`, () => {
        if (announced > body.length) socket.destroy();
      });
    });
    socket.on('error', reject);
    socket.on('close', () => {
      resolve();
    });
    socket.resume();
  });
}
