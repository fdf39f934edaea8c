/** What of a saga's definition says where it can be killed. */
interface Steps {
  readonly name: string;
  readonly steps: readonly { readonly name: string; readonly undo?: unknown }[];
}

/** The moments of a step: before and after it is done, before and after it is taken back. */
export type StepMoment = 'before' | 'after' | 'undo' | 'undone';
/** The moments of a whole saga: its row stands; it has failed and that is written. */
export type SagaMoment = 'begun' | 'failed';

export function stepPoint(saga: string, step: string, moment: StepMoment): string {
  return `${saga}/${step}/${moment}`;
}

export function sagaPoint(saga: string, moment: SagaMoment): string {
  return `${saga}/${moment}`;
}

/** Every named point at which a saga's process can be killed, in the order in which a saga would pass them. */
export function crashPointsOf({ name, steps }: Steps): string[] {
  const undone = steps.filter(({ undo }) => undo !== undefined).reverse();
  return [
    sagaPoint(name, 'begun'),
    ...steps.flatMap((step) => [stepPoint(name, step.name, 'before'), stepPoint(name, step.name, 'after')]),
    ...undone.flatMap((step) => [stepPoint(name, step.name, 'undo'), stepPoint(name, step.name, 'undone')]),
    sagaPoint(name, 'failed'),
  ];
}
