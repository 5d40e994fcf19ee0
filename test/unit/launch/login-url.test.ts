import pg from 'pg';
import { expect, it } from 'vitest';
import { loginUrl } from '../../../db/login-roles.js';

const SOCKET = '/run/postgresql';

it.each([
  ['postgres://admin:secret@db.example:6432/lazaret?application_name=x', 'db.example'],
  ['postgres://admin:secret@%2Frun%2Fpostgresql/lazaret', SOCKET],
  ['postgres://%2Frun%2Fpostgresql/lazaret', SOCKET],
  ['postgres:///lazaret?host=/run/postgresql', SOCKET],
  ['postgres:///lazaret?host=/run/postgresql&user=admin&password=secret', SOCKET],
  ['postgres://db.example/lazaret?user=admin&password=secret', 'db.example'],
])('hands on %s as the role, never as the administrator', (adminUrl, expected) => {
  const { user, password, host, database } = new pg.Client({
    connectionString: loginUrl(adminUrl, 'lazaret_app', 'p@ss/word%41'),
  });
  expect({ user, password, host, database }).toEqual({
    user: 'lazaret_app',
    password: 'p@ss/word%41',
    host: expected,
    database: 'lazaret',
  });
});
