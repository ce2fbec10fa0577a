/** How does one get a file of what a list shows? A job writes it, and its page gives it out. */
import { Button } from '@mantine/core'
import { useNavigate } from 'react-router'
import { api, got, type Schemas } from '@/api/client'
import { useChange } from '@/parts/change'
import { Sorry } from '@/parts/Sorry'

export function Export({ label, wish }: { label: string; wish: Schemas['StartJob'] }) {
  const go = useNavigate()
  const act = useChange(
    (body: Schemas['StartJob'], key) => got(api.POST('/jobs', { params: { header: key }, body })),
    { refresh: [['jobs']], done: (job) => void go(`/jobs/${job.job_id}`) },
  )
  return (
    <>
      <Button variant="default" loading={act.isPending} onClick={() => act.mutate(wish)}>{label}</Button>
      <Sorry error={act.error} />
    </>
  )
}
