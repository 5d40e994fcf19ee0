import ts from 'typescript';
import { lineOf, walk, type SourceFile, type Violation } from './source-tree.js';

interface Ban {
  /** Whether the node is the banned thing. */
  readonly matches: (node: ts.Node) => boolean;
  /** Files in which it is allowed. */
  readonly except: RegExp;
  readonly message: string;
}

const member = (node: ts.Node, object: string, property?: string): boolean =>
  ts.isPropertyAccessExpression(node) &&
  ts.isIdentifier(node.expression) &&
  node.expression.text === object &&
  (property === undefined || node.name.text === property);

const call = (node: ts.Node, names: readonly string[]): boolean =>
  ts.isCallExpression(node) && ts.isIdentifier(node.expression) && names.includes(node.expression.text);

const isBareDate = (node: ts.Node): boolean =>
  ts.isNewExpression(node) &&
  ts.isIdentifier(node.expression) &&
  node.expression.text === 'Date' &&
  (node.arguments?.length ?? 0) === 0;

const isTestModifier = (node: ts.Node): boolean =>
  ts.isPropertyAccessExpression(node) &&
  /^(?:only|skip|todo|skipIf|runIf|fails)$/.test(node.name.text) &&
  /^(?:it|test|describe|suite)\b/.test(node.expression.getText());

const BANS: readonly Ban[] = [
  {
    matches: (node) => member(node, 'Date', 'now') || isBareDate(node),
    except: /^(?:src\/adapters\/system|launch|cli|client|examples|playground|bench|test)\//,
    message: 'asks the system for the time: take it from the Clock port.',
  },
  {
    matches: (node) => member(node, 'Math', 'random'),
    except: /^src\/adapters\/system\//,
    message:
      'draws a random number: use node:crypto, cockatiel for jitter, fast-check with its seed in tests.',
  },
  {
    matches: (node) => member(node, 'process', 'env'),
    except: /^(?:src\/config|launch|cli|bench|test)\/|^[^/]+$/,
    message: 'reads the environment: take it from the Config that src/config made of it.',
  },
  {
    matches: (node) => ts.isPropertyAccessExpression(node) && member(node, 'console'),
    except: /^(?:launch|cli|bench|test)\//,
    message: 'writes to the console: use the logger of src/observability.',
  },
  {
    matches: (node) => call(node, ['setTimeout', 'setInterval', 'setImmediate']),
    except: /^(?!src\/(?:domain|ports|usecases|graphql)\/)/,
    message: 'waits by the system timer: use sleep() of the Clock port, so that tests need not wait.',
  },
  {
    matches: (node) => ts.isPropertyAccessExpression(node) && member(node, 'process', 'exit'),
    except: /^(?:launch|cli|bench|test|src\/lifecycle)\/|^src\/config\/process-config\.ts$/,
    message: 'ends the process: throw, and let lifecycle stop everything in order.',
  },
  {
    matches: (node) => ts.isExportDeclaration(node) && node.exportClause === undefined,
    except: /(?!)/,
    message: 'exports all of another file: import from the file that defines the thing.',
  },
  {
    matches: isTestModifier,
    except: /^(?!test\/)/,
    message: 'leaves a test out or alone: mend it, or remove it.',
  },
];

/** Nothing calls what makes code depend on the moment, the machine or the process it runs in. */
export const checkBanned = (files: readonly SourceFile[]): Violation[] =>
  files.flatMap((file) => {
    const bans = BANS.filter((ban) => !ban.except.test(file.path));
    const found: Violation[] = [];
    walk(file.tree, (node) => {
      for (const ban of bans.filter((candidate) => candidate.matches(node))) {
        found.push({ path: file.path, line: lineOf(file, node), message: ban.message });
      }
    });
    return found;
  });
