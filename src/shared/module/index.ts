export * from './define-module.ts';
export * from './module-graph.ts';
export * from './hosted-module.ts';
export * from './tokens.ts';
