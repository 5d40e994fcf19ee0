import { DirectiveLocation, GraphQLDirective, GraphQLNonNull, GraphQLString } from 'graphql';
import type { Permission } from '../../domain/permissions.js';

/** Name of the directive in the schema. */
export const HAS_PERMISSION = 'hasPermission';

/** Demands a permission for a field, or for every field of a type. */
export const hasPermissionDirective = new GraphQLDirective({
  name: HAS_PERMISSION,
  description:
    'Enforced before the resolver runs, on every transport; again for every event of a subscription.',
  locations: [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.OBJECT],
  args: {
    permission: {
      type: new GraphQLNonNull(GraphQLString),
      description: 'What the roles of the caller must allow, e.g. `file:read`.',
    },
  },
});

/** The text of one use of the directive, checked by the compiler. */
export const hasPermission = (permission: Permission): string =>
  `@${HAS_PERMISSION}(permission: "${permission}")`;
