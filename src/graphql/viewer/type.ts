import { Field, ID, ObjectType } from 'type-graphql';
import { TenantLimitsType, TenantQuotaType } from './quota-type.js';

/** A tenant. */
@ObjectType('Tenant', { description: 'An organisation; nothing of it is visible to another.' })
class TenantType {
  @Field(() => ID, { description: 'UUID.' })
  readonly id!: string;

  @Field(() => String, { description: 'Short name for URLs and commands.' })
  readonly slug!: string;

  @Field(() => String, { description: 'Name for people.' })
  readonly name!: string;

  @Field(() => TenantLimitsType, { description: 'What a single file may be.' })
  readonly limits!: TenantLimitsType;

  @Field(() => TenantQuotaType, { description: 'What all files together may come to, and what they do.' })
  readonly quota!: TenantQuotaType;
}

/** Who is asking. */
@ObjectType('Viewer', { description: 'Who is asking.' })
export class ViewerType {
  @Field(() => String, { description: '`sub` of the token.' })
  readonly subject!: string;

  @Field(() => TenantType, { description: 'The tenant of the token.' })
  readonly tenant!: TenantType;

  @Field(() => [String], { description: 'Roles that the token names.' })
  readonly roles!: readonly string[];

  @Field(() => [String], { description: 'What the roles allow in this tenant, sorted.' })
  readonly permissions!: readonly string[];
}
