import { Field, ObjectType } from 'type-graphql';
import { SafeIntScalar } from '../scalars/safe-int.js';

/** Largest file of some types. */
@ObjectType('TypeLimit', { description: 'Largest file of a media type, or of a class of them as `image/*`.' })
export class TypeLimitType {
  @Field(() => String, { description: 'Media type or class.' })
  readonly type!: string;

  @Field(() => SafeIntScalar, { description: 'Bytes.' })
  readonly maxBytes!: number;
}

/** What a single file may be. */
@ObjectType('TenantLimits', {
  description: 'Checked at creation against the declared type, and at inspection against the true one.',
})
export class TenantLimitsType {
  @Field(() => SafeIntScalar, { description: 'Largest file of any type, in bytes.' })
  readonly maxFileBytes!: number;

  @Field(() => [TypeLimitType], { description: 'Smaller limits of some types.' })
  readonly maxBytesByType!: readonly TypeLimitType[];

  @Field(() => [String], { description: 'Media types, or classes of them, that are refused.' })
  readonly deniedTypes!: readonly string[];
}

/** One dimension of a quota. */
@ObjectType('QuotaUse', { description: 'A limit and what is taken of it.' })
class QuotaUseType {
  @Field(() => SafeIntScalar, { description: 'May be less than what is used, after it was lowered.' })
  readonly limit!: number;

  @Field(() => SafeIntScalar, { description: 'Reserved from creation on.' })
  readonly used!: number;
}

/** All dimensions of a quota. */
@ObjectType('TenantQuota', {
  description: 'Released when an upload is cancelled or expires, and when a file is rejected or deleted.',
})
export class TenantQuotaType {
  @Field(() => QuotaUseType, { description: 'Bytes of all files.' })
  readonly bytes!: QuotaUseType;

  @Field(() => QuotaUseType, { description: 'Files.' })
  readonly files!: QuotaUseType;

  @Field(() => QuotaUseType, { description: 'Uploads that are open at the same time.' })
  readonly uploads!: QuotaUseType;
}
