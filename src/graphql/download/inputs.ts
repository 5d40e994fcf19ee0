import { Field, ID, InputType, Int } from 'type-graphql';

/** Life of a download URL where the client does not say. */
export const DEFAULT_DOWNLOAD_TTL_SECONDS = 300;

/** Which file to download. */
@InputType('CreateDownloadUrlInput', { description: 'Which file, and for how long the URL is good.' })
export class CreateDownloadUrlInput {
  @Field(() => ID, { description: 'The file.' })
  readonly fileId!: string;

  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_DOWNLOAD_TTL_SECONDS,
    description: 'Seconds, 1 to 86,400.',
  })
  readonly ttlSeconds?: number | null;
}
