/** Where a link to the page that mends a failure leads; the server knows its pages. */
export function mendTarget(mendPath: string) {
  const [path, query] = mendPath.split("?");
  return { to: path as "/", search: Object.fromEntries(new URLSearchParams(query)) as object };
}
