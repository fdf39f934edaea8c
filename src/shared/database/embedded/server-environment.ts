const PASSED_ON = ['PATH', 'SystemRoot', 'TEMP', 'TMP'];

/** Little is passed on: PG… variables would change what the server does, and our secrets are none of its business. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  // Messages are read by this program, so they must be in English.
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
