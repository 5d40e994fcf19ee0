/** What the thread is told; a number names the body. Bytes lie in a slot, or in memory that is shared anyway. */
export type Order =
  | { readonly kind: 'bytes'; readonly body: number; readonly slot: number; readonly length: number }
  | { readonly kind: 'shared'; readonly body: number; readonly bytes: Uint8Array }
  | { readonly kind: 'part'; readonly body: number; readonly key: Uint8Array }
  | { readonly kind: 'begin'; readonly body: number; readonly blockBytes: number | undefined }
  | { readonly kind: 'endPart' | 'endBlocks' | 'finish' | 'abort'; readonly body: number };

/** What the thread answers, in the order of what it was told. */
export type Answer =
  | { readonly kind: 'free'; readonly slot: number }
  | { readonly kind: 'read' }
  | { readonly kind: 'digest'; readonly body: number; readonly digest: string };

/** The memory that both sides see, and into how large slots it is cut. */
export interface SharedSlots {
  readonly memory: SharedArrayBuffer;
  readonly slotBytes: number;
}
