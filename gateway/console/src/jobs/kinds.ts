/** What kinds of jobs are there, and how far is one? */
import type { Of } from '@/api/client'

export const isExport = (job: Of<'Job'>) => job.kind.startsWith('export_')
export const isImport = (job: Of<'Job'>) => job.kind.startsWith('import_')

/** How much of a job has ended, in percent; of an import first how much is checked. */
export function share(job: Of<'Job'>): number {
  if (job.state === 'done') return 100
  const seen = job.confirmed_at ? 0 : job.checked
  return job.counted && job.total ? ((job.done + job.failed + seen) / job.total) * 100 : 0
}
