/** A value that Compose takes from the file of secrets or the environment; without it nothing is started. */
export function reference(variable: string): string {
  return `\${${variable}:?see .env.example}`;
}

/** A value as it stands: Compose takes a single $ for the beginning of a reference. */
export function literal(value: string): string {
  return value.replaceAll('$', '$$$$');
}
