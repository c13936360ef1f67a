import { defineConfig, globalIgnores } from 'eslint/config';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** `target` may import nothing from `from`, except what `except` lists. */
const closed = (target, from, message, except = []) => ({ target, from, except, message });

/** Rooms of the server that both doors lead to. */
const services = ['configuration', 'dataset', 'evaluation', 'labeling', 'training', 'visualization'];

const house = [
  closed('./models', ['./server', './client', './webview'], 'models imports libraries only.'),
  closed('./server', ['./client', './webview'], 'server imports models only.'),
  closed('./client', './server/src', 'client imports server/protocol only.', ['./protocol']),
  closed('./client', './webview/src', 'client imports webview/messages only.', ['./messages']),
  closed('./client', './models', 'client talks to models through the backend.'),
  closed('./webview', './server/src', 'webview imports server/protocol only.', ['./protocol']),
  closed('./webview', ['./client', './models'], 'webview imports server/protocol and its own messages only.'),
  // Inside server: doors → services → ground.
  ...['volume', 'pictures', 'protocol'].map((ground) =>
    closed(
      `./server/src/${ground}`,
      [...services, 'cli', 'backend'].map((room) => `./server/src/${room}`),
      'the ground imports neither services nor doors.',
    ),
  ),
  ...services.map((service) =>
    closed(
      `./server/src/${service}`,
      ['cli', 'backend', 'main.ts', 'cli.ts'].map((door) => `./server/src/${door}`),
      'services know no door.',
    ),
  ),
  closed('./server/src/cli', './server/src/backend', 'one door does not know the other.'),
  closed('./server/src/backend', './server/src/cli', 'one door does not know the other.'),
];

export default defineConfig(
  globalIgnores(['dist/', 'node_modules/', 'demo/', 'out/', 'coverage/', 'test-results/', '.vscode-test/']),
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        importX.createNodeResolver({
          extensions: ['.ts', '.js', '.mjs', '.json'],
          extensionAlias: { '.js': ['.ts', '.js'] },
        }),
      ],
    },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones: house }],
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-console': 'off',
      eqeqeq: 'error',
    },
  },
  {
    files: ['client/src/**/*.ts'],
    ignores: ['client/src/questions.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['showQuickPick', 'showInputBox'].map((property) => ({
          property,
          message: 'questions.ts asks: what it asks stays until it is answered.',
        })),
      ],
    },
  },
);
