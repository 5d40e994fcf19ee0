import { Ctx, Directive, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { File, Part } from '../../domain/file.js';
import { countParts } from '../../domain/parts.js';
import type { UploadStatus } from '../../usecases/read-files.js';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { FileType } from '../file/type.js';
import { OWN_TRANSACTION } from '../limits/own-transaction.js';
import { actorOf } from '../permission/demand.js';
import type { UseCases } from '../use-cases.js';
import { UploadedPartType, UploadStatusType } from './type.js';

/** The status of a file, of which the ledger is read only when somebody asks for parts. */
export interface LazyStatus extends Omit<UploadStatus, 'parts' | 'missingPartNumbers'> {
  /** Reads the ledger, once. */
  ledger(): Promise<UploadStatus>;
}

/** `File.upload`. */
@Resolver(() => FileType)
export class FileUploadResolver {
  constructor(private readonly useCases: Pick<UseCases, 'uploadStatus'>) {}

  @FieldResolver(() => UploadStatusType, { description: 'How far the transfer is.' })
  upload(@Root() file: File, @Ctx() context: GraphqlContext): LazyStatus {
    let ledger: Promise<UploadStatus> | undefined;
    const { receivedBytes, partSizeBytes, expiresAt, transferMode: mode } = file;
    return {
      receivedBytes,
      mode,
      partSizeBytes,
      partCount: countParts(file.sizeBytes ?? receivedBytes, partSizeBytes),
      expiresAt,
      ledger: () => (ledger ??= this.useCases.uploadStatus(actorOf(context), file).then(unwrap)),
    };
  }
}

/** The fields of `UploadStatus` that need the ledger. */
@Resolver(() => UploadStatusType)
export class UploadStatusResolver {
  @FieldResolver(() => [UploadedPartType], { description: 'The parts that have arrived, ascending.' })
  @Directive(OWN_TRANSACTION)
  async parts(@Root() status: LazyStatus): Promise<readonly Part[]> {
    return (await status.ledger()).parts;
  }

  @FieldResolver(() => [Int], { description: 'The parts that are still to be sent, ascending.' })
  @Directive(OWN_TRANSACTION)
  async missingPartNumbers(@Root() status: LazyStatus): Promise<readonly number[]> {
    return (await status.ledger()).missingPartNumbers;
  }
}
