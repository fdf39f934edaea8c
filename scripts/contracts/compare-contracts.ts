import type { ContractRecord, RecordedError, RecordedEvent, RecordedOperation } from './contract-record.ts';
import { findMisfits, type Misfit, type Readers } from './find-misfits.ts';
import type { Schema } from './record-schema.ts';

/** What a change is about, so that whoever relies on it can be named. */
export interface Subject {
  readonly module: string;
  readonly kind: 'operation' | 'event' | 'error' | 'subscription';
  readonly name: string;
}

/** A change that a process or a stored event of the recorded version would not survive. */
export interface Break {
  readonly subject: Subject;
  readonly what: string;
  readonly remedy: string;
}

/** An input: fields that are not known are refused, since leaving one out would do something else than was asked. */
const OF_INPUTS: Readers = { unknownFields: 'refused', missesOptional: false };
/** Somebody of before, who may use each field that there was. */
const OF_BEFORE: Readers = { unknownFields: 'left out', missesOptional: true };
/** Somebody of now, who has to bear with what was written before. */
const OF_NOW: Readers = { unknownFields: 'left out', missesOptional: false };

/** What breaks between the recorded contract and the one of the code. An empty list: old and new can run side by side. */
export function compareContracts(before: ContractRecord, now: ContractRecord): Break[] {
  const { module } = before;
  const operations = pairs(before.operations, now.operations).flatMap(([name, was, is]) =>
    compareOperations({ module, kind: 'operation', name }, was, is),
  );
  const events = pairs(before.events, now.events).flatMap(([name, was, is]) =>
    compareEvents({ module, kind: 'event', name }, was, is),
  );
  const errors = pairs(before.errors, now.errors).flatMap(([name, was, is]) =>
    compareErrors({ module, kind: 'error', name }, was, is),
  );
  const heard = before.hears
    .filter((type) => !now.hears.includes(type))
    .map((name): Break => ({
      subject: { module, kind: 'subscription', name },
      what: 'it is not heard any more, and what is on its way to this module would wait for ever',
      remedy: 'keep the subscription, with a subscriber that does nothing, until the next release.',
    }));
  return [...operations, ...events, ...errors, ...heard];
}

function pairs<Part>(
  before: Readonly<Record<string, Part>>,
  now: Readonly<Record<string, Part>>,
): [string, Part, Part | undefined][] {
  return Object.entries(before).map(([name, part]) => [name, part, now[name]]);
}

function compareOperations(subject: Subject, before: RecordedOperation, now: RecordedOperation | undefined): Break[] {
  if (now === undefined) {
    const remedy = 'keep it until a release in which nobody calls it any more, and take it away in the next.';
    return [{ subject, what: 'it is gone', remedy }];
  }
  const breaks: Break[] = [];
  for (const trait of ['kind', 'repeat'] as const) {
    if (before[trait] === now[trait]) continue;
    const what = `its ${trait} was ${before[trait]} and is ${now[trait]}, and others repeat it as it was`;
    breaks.push({ subject, what, remedy: `add an operation beside it, such as ${subject.name}2.` });
  }
  const inputs = findMisfits(before.input, now.input, OF_INPUTS).map(({ at, fault }): Break => ({
    subject,
    what: `input ${at || 'as a whole'}, as older callers send it, ${fault}`,
    remedy: `take what was taken: make a new field optional, keep an old one, or add an operation ${subject.name}2.`,
  }));
  return [...breaks, ...inputs, ...compareWritten(subject, 'output', before.output, now.output)];
}

/** What is written is read by both: by those of before as it is now, and now as those of before have written it. */
function compareWritten(subject: Subject, part: string, before: Schema, now: Schema): Break[] {
  const says = (whose: string) => {
    return ({ at, fault }: Misfit): string => `${part} ${at || 'as a whole'}, as ${whose}, ${fault}`;
  };
  return [
    ...findMisfits(now, before, OF_BEFORE).map((misfit) => ({
      subject,
      what: says('older readers get it')(misfit),
      remedy: REMEDIES[subject.kind](subject.name),
    })),
    ...findMisfits(before, now, OF_NOW).map((misfit) => ({
      subject,
      what: says('older processes still write it')(misfit),
      remedy: 'make it optional, or give it a default, until a release after the one that begins to write it.',
    })),
  ];
}

const REMEDIES: Readonly<Record<Subject['kind'], (name: string) => string>> = {
  operation: (name) => `write what was written, and put what is new beside it; or add an operation ${name}2.`,
  event: (name) => `give ${name} its next version, with an upcast from this one.`,
  error: () => 'throw a new error, and keep this one as it was.',
  subscription: () => 'keep it.',
};

function compareErrors(subject: Subject, before: RecordedError, now: RecordedError | undefined): Break[] {
  if (now === undefined) {
    const remedy = 'keep it until a release in which nobody looks for it any more, and take it away in the next.';
    return [{ subject, what: 'it is gone', remedy }];
  }
  const details = compareWritten(subject, 'details', before.details, now.details);
  if (before.status === now.status) return details;
  const what = `its status was ${before.status} and is ${now.status}`;
  return [{ subject, what, remedy: REMEDIES.error(subject.name) }, ...details];
}

function compareEvents(subject: Subject, before: RecordedEvent, now: RecordedEvent | undefined): Break[] {
  if (now === undefined) {
    const remedy = 'keep it until a release in which nobody hears it any more, and take it away in the next.';
    return [{ subject, what: 'it is gone', remedy }];
  }
  const breaks: Break[] = [];
  if (before.of !== now.of) {
    const what = `its aggregate was named by ${before.of} and is by ${now.of}, so that its order is lost`;
    breaks.push({ subject, what, remedy: 'publish a new event beside it.' });
  }
  const [newest, published] = [newestOf(before), newestOf(now)];
  if (published < newest) {
    const what = `version ${newest} was published, and now version ${published} is`;
    breaks.push({ subject, what, remedy: `publish version ${newest} or a later one.` });
  }
  for (const [version, schema] of Object.entries(before.versions)) {
    breaks.push(...compareVersions(subject, { version, before: schema, now: now.versions[version], published }));
  }
  return breaks;
}

function compareVersions(
  subject: Subject,
  { version, before, now, published }: { version: string; before: Schema; now: Schema | undefined; published: number },
): Break[] {
  if (now === undefined) {
    if (Number(version) > published) return [];
    const what = `version ${version} cannot be read any more, which older processes publish and outboxes keep`;
    return [{ subject, what, remedy: `add an upcast from version ${version}.` }];
  }
  const part = `data of version ${version}`;
  if (Number(version) === published) return compareWritten(subject, part, before, now);
  return findMisfits(before, now, OF_NOW).map(({ at, fault }) => ({
    subject,
    what: `${part}, ${at || 'the whole'} as it was published ${fault}`,
    remedy: `leave the data of version ${version} as it was published.`,
  }));
}

function newestOf({ versions }: RecordedEvent): number {
  return Math.max(...Object.keys(versions).map(Number));
}
