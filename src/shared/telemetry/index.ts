export * from './logger.ts';
export * from './trace.ts';
export * from './crash-point.ts';
export * from './guard.ts';
