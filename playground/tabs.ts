/** What the page begins with. */
export const TABS = [
  {
    query: `# Every change of state in your tenant, as it happens. Press play, then upload a file.
subscription fileEvents {
  fileEvents {
    cursor
    from
    to
    occurredAt
    file {
      id
      name
      sizeBytes
      state
    }
  }
}
`,
  },
  {
    query: `query files {
  files(first: 20) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        id
        name
        sizeBytes
        state
        downloadable
        verdict {
          outcome
          reason
          engine
          definitionsVersion
        }
        createdAt
      }
    }
  }
}
`,
  },
  {
    query: `query viewer {
  viewer {
    subject
    roles
    permissions
    tenant {
      slug
      name
    }
  }
}
`,
  },
  {
    query: `# Copy the id of a file from the second tab.
subscription uploadProgress($fileId: ID!) {
  uploadProgress(fileId: $fileId) {
    stage
    receivedBytes
    scannedBytes
    queuePosition
    observedAt
  }
}
`,
    variables: '{ "fileId": "" }',
  },
] as const;
