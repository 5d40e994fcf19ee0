import { defineConfig } from 'drizzle-kit';

/** How migrations are made of the schema: `npm run db:generate`. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './db/schema/*.ts',
  out: './db/migrations',
  breakpoints: true,
  strict: true,
});
