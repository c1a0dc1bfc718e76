/** An object of the graph that can be recognised wherever it was loaded. */
interface Entity {
  __typename: string;
  id: string;
}

type Entities = Map<string, Record<string, unknown>>;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEntity(value: Record<string, unknown>): value is Record<string, unknown> & Entity {
  return typeof value.__typename === "string" && typeof value.id === "string";
}

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== "object";
}

/** Every entity inside a result, with its scalars. */
export function entitiesIn(value: unknown, found: Entities = new Map()): Entities {
  if (Array.isArray(value)) {
    for (const item of value) entitiesIn(item, found);
  } else if (isObject(value)) {
    if (isEntity(value)) {
      const scalars = Object.entries(value).filter(([, field]) => isScalar(field));
      const key = `${value.__typename}:${value.id}`;
      found.set(key, { ...found.get(key), ...Object.fromEntries(scalars) });
    }
    for (const field of Object.values(value)) entitiesIn(field, found);
  }
  return found;
}

/**
 * Copies the scalars of newer entities over the same entities in an older result.
 * Only fields that the older result has are touched, and what does not change
 * keeps its identity, so that nothing is drawn again without need.
 */
export function patchEntities<Value>(value: Value, newer: Entities): Value {
  return patch(value, newer) as Value;
}

function patch(value: unknown, newer: Entities): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => patch(item, newer));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isObject(value)) return value;
  const update = isEntity(value) ? newer.get(`${value.__typename}:${value.id}`) : undefined;
  let changed = false;
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const next = update && key in update && isScalar(field) ? update[key] : patch(field, newer);
    if (!Object.is(next, field)) changed = true;
    result[key] = next;
  }
  return changed ? result : value;
}
