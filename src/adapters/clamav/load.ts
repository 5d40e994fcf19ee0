/** What a clamd has been given by this process and has not answered yet. */
export interface Load {
  sessions(): number;
  /** Bytes of these sessions that it has taken. */
  bytes(): number;
  enter(): Visit;
}

/** One session that counts as load. */
export interface Visit {
  readonly add: (bytes: number) => void;
  /** Idempotent. */
  readonly leave: () => void;
}

/** Counts sessions and bytes in flight. */
export function createLoad(): Load {
  const visits = new Set<{ bytes: number }>();
  return {
    sessions: () => visits.size,
    bytes: () => [...visits].reduce((sum, { bytes }) => sum + bytes, 0),
    enter() {
      const visit = { bytes: 0 };
      visits.add(visit);
      return {
        add: (bytes) => {
          visit.bytes += bytes;
        },
        leave: () => void visits.delete(visit),
      };
    },
  };
}
