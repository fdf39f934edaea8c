export * from './define-module.ts';
export * from './module-graph.ts';
export * from './hosted-module.ts';
export * from './tokens.ts';
export * from './system/audit.ts';
export * from './system/system.contract.ts';
export * from './system/system.routes.ts';
export * from './system/system-desk.ts';
