import { z } from 'zod';
import { staff } from '../../auth/index.ts';
import { get, post, type Route } from '../../http/index.ts';
import { MAX_PAGE_SIZE } from '../../values/index.ts';
import { System } from './system.contract.ts';
import { ModuleName, SagaStatusName } from './system.shapes.ts';

const { operations } = System;
const limit = z.coerce.number().pipe(z.int().min(1).max(MAX_PAGE_SIZE)).default(50);
const byId = z.object({ id: z.string().min(1).max(100) });
const read = staff('system:read');
const write = staff('system:write');

export const systemRoutes: readonly Route[] = [
  get('/admin/v1/system/modules', {
    operation: operations.listModules,
    access: read,
    summary: 'Where each module runs',
  }),
  get('/admin/v1/system/sagas', {
    operation: operations.listSagas,
    access: read,
    summary: 'Business processes, newest first',
    query: z.strictObject({ status: SagaStatusName.optional(), limit }),
  }),
  get('/admin/v1/system/sagas/{id}', {
    operation: operations.getSaga,
    access: read,
    summary: 'One process with its history',
    params: byId,
    toInput: ({ params }) => ({ sagaId: params.id }),
  }),
  post('/admin/v1/system/sagas/{id}/retry', {
    operation: operations.retrySaga,
    access: write,
    summary: 'Let a stuck process try again',
    params: byId,
    toInput: ({ params }) => ({ sagaId: params.id }),
  }),
  post('/admin/v1/system/sagas/{id}/skip', {
    operation: operations.skipSagaStep,
    access: write,
    summary: 'Pass over an undo that was done by hand',
    params: byId,
    body: operations.skipSagaStep.input.omit({ sagaId: true }),
    toInput: ({ params, body }) => ({ ...body, sagaId: params.id }),
  }),
  post('/admin/v1/system/sagas/{id}/settle', {
    operation: operations.settleSaga,
    access: write,
    summary: 'End a stuck process that was put right by hand',
    params: byId,
    body: operations.settleSaga.input.omit({ sagaId: true }),
    toInput: ({ params, body }) => ({ ...body, sagaId: params.id }),
  }),
  get('/admin/v1/system/dead-letters', {
    operation: operations.listDeadLetters,
    access: read,
    summary: 'Events that could not be handled',
    query: z.strictObject({ module: ModuleName.optional(), limit }),
  }),
  post('/admin/v1/system/dead-letters/{id}/retry', {
    operation: operations.retryDeadLetter,
    access: write,
    summary: 'Handle an event again',
    params: byId,
    body: operations.retryDeadLetter.input.omit({ eventId: true }),
    successStatus: 204,
    toInput: ({ params, body }) => ({ ...body, eventId: params.id }),
  }),
  post('/admin/v1/system/dead-letters/{id}/discard', {
    operation: operations.discardDeadLetter,
    access: write,
    summary: 'Give an event up',
    params: byId,
    body: operations.discardDeadLetter.input.omit({ eventId: true }),
    successStatus: 204,
    toInput: ({ params, body }) => ({ ...body, eventId: params.id }),
  }),
  get('/admin/v1/system/quarantine', {
    operation: operations.listQuarantined,
    access: read,
    summary: 'Events that could not be put on a queue',
    query: z.strictObject({ limit }),
  }),
  post('/admin/v1/system/quarantine/{id}/retry', {
    operation: operations.retryQuarantined,
    access: write,
    summary: 'Send an event to a subscriber again',
    params: byId,
    body: operations.retryQuarantined.input.omit({ eventId: true }),
    successStatus: 204,
    toInput: ({ params, body }) => ({ ...body, eventId: params.id }),
  }),
  post('/admin/v1/system/replays', {
    operation: operations.replayEvents,
    access: write,
    summary: 'Feed a module’s retained events to a subscriber once more',
    body: operations.replayEvents.input,
  }),
  get('/admin/v1/system/actions', {
    operation: operations.listActions,
    access: read,
    summary: 'What operators have done by hand, newest first',
    query: z.strictObject({ limit }),
  }),
  get('/admin/v1/system/audit', { operation: operations.audit, access: read, summary: 'Whether each invariant holds' }),
];
