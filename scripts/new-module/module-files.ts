import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const TEMPLATE = join(import.meta.dirname, 'template');

/** A file of a new module, by its path from the checkout's root. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** The files of a module called `name`, from the template. Their `.txt` keeps tools from reading the template as code. */
export function moduleFiles(name: string): NewFile[] {
  const fill = (text: string): string => text.replaceAll('__name__', name).replaceAll('__Name__', capitalise(name));
  return readdirSync(TEMPLATE, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(TEMPLATE, path)).isFile())
    .sort()
    .map((path) => ({
      path: fill(path).replace(/\.txt$/, ''),
      text: fill(readFileSync(join(TEMPLATE, path), 'utf8')),
    }));
}

function capitalise(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
