/** Shows each chunk of a body before it is passed on; what throws ends the body. */
export async function* watched<T extends Uint8Array>(
  body: AsyncIterable<T>,
  see: (chunk: T) => void,
): AsyncGenerator<T> {
  for await (const chunk of body) {
    see(chunk);
    yield chunk;
  }
}
