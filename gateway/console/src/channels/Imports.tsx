/** Which files of orders came in, and how far are they? */
import { FileInput, Group, Progress, Select, Text } from '@mantine/core'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { api, got, type Of } from '@/api/client'
import { asCsv } from '@/api/upload'
import { Ask } from '@/parts/Ask'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { State } from '@/parts/State'
import { count, when } from '@/text/show'
import { t } from '@/text/text'

export function done(one: Of<'Import'>): number {
  if (one.state === 'completed') return 100
  return one.orders ? ((one.orders - one.waiting - one.under_way) / one.orders) * 100 : 0
}

export function Imports() {
  const pages = usePages<Of<'Import'>>(['imports'], async (after) => {
    const page = await got(api.GET('/imports', { params: { query: { after } } }))
    return { rows: page.imports, next: page.next }
  }, 3_000)
  return (
    <>
      <Sorry error={pages.error} again={pages.again} />
      {pages.pending ? <Busy /> : (
        <Rows
          label={t('Imports')}
          rows={pages.rows}
          id={(one) => one.import_id}
          to={(one) => `/channels/imports/${one.import_id}`}
          more={pages.more}
          empty={<Empty title={t('No file came in yet')} todo={t('Send a CSV file to a channel of the kind csv, here or by the API.')} />}
          columns={[
            { head: t('When'), main: true, cell: (one) => <Link className="plain" to={`/channels/imports/${one.import_id}`}>{when(one.created_at)}</Link> },
            { head: t('Channel'), cell: (one) => one.channel },
            { head: t('State'), cell: (one) => <State of={one.state} /> },
            { head: t('Orders'), number: true, cell: (one) => count(one.orders) },
            { head: t('Progress'), cell: (one) => <Progress w={140} value={done(one)} aria-label={t('Progress')} animated={!one.ended_at} /> },
            { head: t('Accepted'), number: true, cell: (one) => count(one.accepted) },
            { head: t('Refused'), number: true, cell: (one) => <Text span size="sm" c={one.refused ? 'red' : undefined}>{count(one.refused)}</Text> },
          ]}
        />
      )}
    </>
  )
}

export function Upload({ channels }: { channels: string[] }) {
  const go = useNavigate()
  const [channel, setChannel] = useState(channels[0] ?? '')
  const [file, setFile] = useState<File | null>(null)
  const act = useChange(
    (wish: { channel: string; file: File }, key) => got(api.POST('/channels/{channel}/imports', {
      params: { path: { channel: wish.channel }, header: key },
      ...asCsv(wish.file),
    })),
    { refresh: [['imports']], done: (made) => void go(`/channels/imports/${made.import_id}`) },
  )
  return (
    <Ask label={t('Import a file')} does={t('Import')} act={act} ready={!!file && !!channel} submit={() => file && act.mutate({ channel, file })}>
      <Select label={t('Channel')} allowDeselect={false} data={channels} value={channel} onChange={(value) => setChannel(value ?? '')} />
      <FileInput label={t('File of orders (CSV)')} accept=".csv,text/csv" value={file} onChange={setFile} placeholder={t('Choose a file')} />
      <Group><Text size="xs" className="quiet">{t('Up to 200 MB. You can close the page: it goes on.')}</Text></Group>
    </Ask>
  )
}
