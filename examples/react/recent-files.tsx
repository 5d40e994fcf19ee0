import { gql, type TypedDocumentNode } from '@apollo/client';
import { useQuery } from '@apollo/client/react';

interface Recent {
  readonly files: {
    readonly edges: readonly {
      readonly node: { readonly id: string; readonly name: string; readonly state: string };
    }[];
  };
}

/** The list that the page shows beside the upload. */
export const RECENT_FILES: TypedDocumentNode<Recent, Record<string, never>> = gql`
  query RecentFiles {
    files(first: 5) {
      edges {
        node {
          id
          name
          state
        }
      }
    }
  }
`;

/** Follows uploads without asking again: what the hook hears goes into the same cache. */
export function RecentFiles() {
  const { data } = useQuery(RECENT_FILES);
  return (
    <section>
      <h2>Recent files</h2>
      <ul>
        {data?.files.edges.map(({ node }) => (
          <li key={node.id} className="upload" data-stage={node.state}>
            <header>
              <strong className="name">{node.name}</strong>
              <span className="status">{node.state.toLowerCase()}</span>
            </header>
          </li>
        ))}
      </ul>
    </section>
  );
}
