/** What of a saga's definition says where it can be killed. */
interface Steps {
  readonly name: string;
  readonly steps: readonly { readonly name: string; readonly undo?: unknown }[];
}

/** Every named point of a saga at which saga-run.ts can be killed, in the order in which a saga would pass them. */
export function crashPointsOf(saga: Steps): string[] {
  const forward = saga.steps.flatMap(({ name }) => [`${saga.name}/${name}/before`, `${saga.name}/${name}/after`]);
  const undone = saga.steps.filter(({ undo }) => undo !== undefined).reverse();
  return [...forward, ...undone.map(({ name }) => `${saga.name}/${name}/undo`)];
}
