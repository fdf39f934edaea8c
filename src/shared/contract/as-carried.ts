/**
 * A parsed copy as it is after a journey through JSON, so that a call inside a process brings what one between processes
 * does: without fields that are there but undefined, which `{ ...before, ...changes }` would otherwise take for values, and
 * without the sign of -0. The copy itself is changed.
 */
export function asCarried<Value>(value: Value): Value {
  if (typeof value === 'number') return (value === 0 ? 0 : value) as Value;
  if (typeof value === 'object' && value !== null) carryParts(value as Record<string, unknown>);
  return value;
}

function carryParts(parts: Record<string, unknown>): void {
  for (const [name, part] of Object.entries(parts)) {
    if (part === undefined) Reflect.deleteProperty(parts, name);
    else if (typeof part === 'object' && part !== null) carryParts(part as Record<string, unknown>);
    else if (part === 0) parts[name] = 0;
  }
}
