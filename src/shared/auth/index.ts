export * from './principal.ts';
export * from './access.ts';
export * from './derive-secret.ts';
export * from './call-context.ts';
