/** What had we to tell the channels, and did they hear it? */
import { Button, SegmentedControl, Text } from '@mantine/core'
import { useState } from 'react'
import { api, got, type Of } from '@/api/client'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { useMay } from '@/shell/session'
import { when } from '@/text/show'
import { t, word } from '@/text/text'

const STATES = ['', 'waiting', 'failed', 'done']

export function Pushes() {
  const may = useMay()
  const [state, setState] = useState('')
  const pages = usePages<Of<'Push'>>(['pushes', state], async (after) => {
    const page = await got(api.GET('/channel-pushes', { params: { query: { state, after } } }))
    return { rows: page.pushes, next: page.next }
  })
  const retry = useChange(
    (push: string, header) => got(api.POST('/channel-pushes/{push_id}/retry', { params: { path: { push_id: push }, header } })),
    { refresh: [['pushes'], ['channels']] },
  )
  return (
    <>
      <SegmentedControl mb="sm" size="xs" value={state} onChange={setState} data={STATES.map((value) => ({ value, label: value ? word(value) : t('All') }))} />
      <Sorry error={pages.error ?? retry.error} again={pages.again} />
      {pages.pending ? <Busy /> : (
        <Rows
          label={t('Told to channels')}
          rows={pages.rows}
          id={(one) => one.push_id}
          more={pages.more}
          busy={pages.busy}
          empty={<Empty title={t('Nothing here')} todo={t('Shipments, refunds and stock that shops are told of appear here.')} />}
          columns={[
            { head: t('What'), main: true, cell: (one) => `${word(one.kind)} · ${one.subject}` },
            { head: t('Channel'), cell: (one) => one.channel },
            { head: t('State'), cell: (one) => <State of={one.state} /> },
            { head: t('Tries'), number: true, cell: (one) => one.attempts },
            { head: t('When'), cell: (one) => when(one.created_at) },
            { head: t('Why'), cell: (one) => <Text size="sm" maw={360}>{one.error}</Text> },
            { head: t('Now'), cell: (one) => one.state === 'failed' && may('channels.write') && <Button size="xs" variant="light" loading={retry.isPending && retry.variables === one.push_id} onClick={() => retry.mutate(one.push_id)}>{t('Retry')}</Button> },
          ]}
        />
      )}
    </>
  )
}
