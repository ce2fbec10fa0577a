/** What does not go on by itself, since when, and what may a person decide? */
import { Alert, Group, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, got, type Of, type Schemas } from '@/api/client'
import { Ask } from '@/parts/Ask'
import { Busy } from '@/parts/Busy'
import { useChange } from '@/parts/change'
import { Head } from '@/parts/Head'
import { usePages } from '@/parts/pages'
import { Empty, Rows } from '@/parts/Rows'
import { Sorry } from '@/parts/Sorry'
import { useMay } from '@/shell/session'
import { age, when } from '@/text/show'
import { t, type Text as Words, word } from '@/text/text'

type Stuck = Of<'Stuck'>
type Decision = Schemas['Stuck']['allowed'] extends (infer D)[] | undefined ? D : never
const DOES: Record<Decision, Words> = { retry: 'Retry', skip: 'Skip', compensate: 'Give back' }

export function Exceptions() {
  const may = useMay()
  const pages = usePages(['exceptions'], async (after) => {
    const page = await got(api.GET('/exceptions', { params: { query: { after } } }))
    return { rows: page.exceptions, next: page.next, missing: page.missing }
  })
  const { missing } = pages
  return (
    <>
      <Head title={t('Exceptions')} about={t('What does not go on by itself, longest first.')} />
      {missing.length > 0 && <Alert color="orange" mb="md">{t('Just now this does not answer: {parts}. The rest is up to date.', { parts: missing.map(word).join(', ') })}</Alert>}
      <Sorry error={pages.error} again={pages.again} />
      {pages.pending ? <Busy /> : (
        <Rows<Stuck>
          label={t('Exceptions')}
          rows={pages.rows}
          id={(one) => one.exception_id}
          more={pages.more}
          busy={pages.busy}
          empty={<Empty title={t('Nothing is stuck')} todo={t('What cannot go on by itself appears here, with what can be done about it.')} />}
          columns={[
            { head: t('What'), main: true, cell: (one) => <><Text size="sm" fw={600}>{word(one.kind)}{one.step && ` · ${word(one.step)}`}</Text>{one.order_id && <Link to={`/orders/${one.order_id}`}>{t('Show the order')}</Link>}</> },
            { head: t('Why'), cell: (one) => <Text size="sm" maw={520}>{one.problem}</Text> },
            { head: t('Since'), cell: (one) => <Text size="sm" title={when(one.since)}>{age(one.since)}</Text> },
            { head: t('Waits for'), cell: (one) => word(one.owner) },
            { head: t('Decide'), cell: (one) => may('exceptions.decide') && <Group gap={6} wrap="nowrap">{one.allowed.map((decision) => <Decide key={decision} stuck={one} decision={decision} />)}</Group> },
          ]}
        />
      )}
    </>
  )
}

function Decide({ stuck, decision }: { stuck: Stuck; decision: Decision }) {
  const [reason, setReason] = useState('')
  const act = useChange(
    (wanted: string, header) => got(api.POST('/exceptions/{exception_id}/decisions', {
      params: { path: { exception_id: stuck.exception_id }, header }, body: { decision, reason: wanted },
    })),
    { refresh: [['exceptions'], ['order', stuck.order_id]], says: t('It is decided.') },
  )
  return (
    <Ask label={t(DOES[decision])} size="xs" does={t(DOES[decision])} color={decision === 'compensate' ? 'red' : undefined} act={act} ready={!!reason.trim()} submit={() => act.mutate(reason.trim())}>
      <Text size="sm">{stuck.problem}</Text>
      <TextInput label={t('Why do you decide so?')} description={t('It is kept in the history.')} required data-autofocus value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
    </Ask>
  )
}
