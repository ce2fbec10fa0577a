/** Which version did somebody see when they decided? A change of another one is refused. */

export function ifMatch(seen: { version: number }): { 'If-Match': string } {
  return { 'If-Match': `"${seen.version}"` }
}
