/** How to reach an S3 store. */
export interface S3Access {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
  /** Another user, who may do nothing yet; the product's bucket policy lets it write. */
  readonly ingest: { readonly accessKey: string; readonly secretKey: string; readonly principal: string };
}
