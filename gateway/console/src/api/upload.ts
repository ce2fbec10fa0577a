/** How is a file sent? As it is, and not as JSON. */

export function asCsv(file: File) {
  return { headers: { 'Content-Type': 'text/csv' }, body: file as unknown as string, bodySerializer: (body: unknown) => body }
}
