export * from './ids.ts';
export * from './money.ts';
export * from './commerce.ts';
export * from './clock.ts';
export * from './duration.ts';
export * from './page.ts';
export * from './within.ts';
