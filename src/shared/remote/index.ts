export * from './call-token.ts';
export * from './call-endpoint.ts';
export * from './event-door.ts';
export * from './foreign-service.ts';
export * from './placed-transport.ts';
export * from './remote-transport.ts';
