/** A clock that is wrong by as much as it is told. */
export interface SkewableClock {
  setSkew(skewMs: number): void;
}

/**
 * Lets this process believe that it is later than it is, or earlier. It must come before whatever else is loaded, for
 * a module may keep the Date that it has found. Timers and the database's clock are not touched.
 */
export function installSkewableClock(skewMs: number): SkewableClock {
  const RealDate = Date;
  let current = skewMs;
  const now = (): number => RealDate.now() + current;
  globalThis.Date = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, given: unknown[], newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget) as object,
    get: (target, key, receiver): unknown => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
  return {
    setSkew: (next) => {
      current = next;
    },
  };
}
