// Vitest finds it by its default export.
export { provideServices as default } from './services.js';
