/** How is a wish named, so that sent twice it is done once? */

/** Make a name for a wish; browsers have randomUUID only behind https. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
