import type { OutputOf } from '../shared/contract/index.ts';
import type { System } from '../shared/module/index.ts';
import type { Column } from './render-table.ts';

type Operations = typeof System.operations;
type DeadLetter = OutputOf<Operations['listDeadLetters']>['items'][number];
type Quarantined = OutputOf<Operations['listQuarantined']>['items'][number];
type OperatorAction = OutputOf<Operations['listActions']>['items'][number];

export const deadLetterColumns: readonly Column<DeadLetter>[] = [
  { title: 'EVENT', of: ({ id }) => id },
  { title: 'MODULE', of: ({ module }) => module },
  { title: 'TYPE', of: ({ type }) => type },
  { title: 'SUBJECT', of: ({ subject }) => subject },
  { title: 'ATTEMPTS', of: ({ attempts }) => attempts },
  { title: 'WAITING', of: ({ waiting }) => waiting },
  { title: 'RECEIVED', of: ({ receivedAt }) => receivedAt },
  { title: 'ERROR', of: ({ error }) => `${error.name}: ${error.message}` },
];

export const quarantineColumns: readonly Column<Quarantined>[] = [
  { title: 'EVENT', of: ({ eventId }) => eventId },
  { title: 'MODULE', of: ({ module }) => module },
  { title: 'SUBSCRIBER', of: ({ subscriber }) => subscriber },
  { title: 'TYPE', of: ({ type }) => type },
  { title: 'SUBJECT', of: ({ subject }) => subject },
  { title: 'CREATED', of: ({ createdAt }) => createdAt },
  { title: 'ERROR', of: ({ error }) => `${error.name}: ${error.message}` },
];

export const actionColumns: readonly Column<OperatorAction>[] = [
  { title: 'AT', of: ({ at }) => at },
  { title: 'MODULE', of: ({ module }) => module },
  { title: 'OPERATOR', of: ({ operator }) => operator },
  { title: 'ACTION', of: ({ action }) => action },
  { title: 'TARGET', of: ({ target }) => target },
  { title: 'NOTE', of: ({ note }) => note ?? '' },
];
