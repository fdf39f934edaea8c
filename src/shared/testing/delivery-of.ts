import type { Delivery } from '../bus/index.ts';

/** An event as a queue brings it: the `sequence`th of its stream. */
export function deliveryOf(
  subject: string,
  sequence: number,
  { source = 'till', opens = false }: { source?: string; opens?: boolean } = {},
): Delivery {
  return {
    sequence,
    ...(opens ? { opens } : {}),
    envelope: {
      specversion: '1.0',
      id: `evt_${source}_${subject}_${sequence}`,
      source,
      type: `${source}.sold`,
      dataversion: 1,
      subject,
      sequence,
      time: '2024-03-01T10:15:00.000Z',
      traceparent: `00-${'1'.repeat(32)}-${'1'.repeat(16)}-01`,
      correlationid: 'test',
      causationid: null,
      data: {},
    },
  };
}
