import everyday from './jest.config.js';

/** A whole purchase, a module's HTTP API and the bus: what is run at each level of DATA_ISOLATION, by TEST_ISOLATION. */
export default {
  ...everyday,
  testMatch: [
    '<rootDir>/test/journeys/checkout.test.ts',
    '<rootDir>/src/modules/catalog/test/catalog.http.test.ts',
    '<rootDir>/src/shared/bus/bus.test.ts',
  ],
};
