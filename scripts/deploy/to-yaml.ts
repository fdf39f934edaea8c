import { stringify } from 'yaml';

/** Objects as documents of one file, under a line that says where it comes from. */
export function toYaml(objects: readonly object[], command: string): string {
  // Kubernetes reads YAML 1.1, in which off and no are no texts unless they are quoted.
  const options = { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false } as const;
  const documents = objects.map((object) => stringify(object, options));
  return `${madeBy(command)}\n${documents.join('---\n')}`;
}

const MARK = '# Made by';

export function madeBy(command: string): string {
  return `${MARK} \`${command}\`. Change the placement or the options and make it anew.`;
}

/** Whether a file has come from this command, so that it may be replaced or removed. */
export function isMade(text: string): boolean {
  return text.startsWith(MARK);
}
