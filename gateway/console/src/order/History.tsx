/** What happened to an order: who did what, when, to what, from what to what, and why? */
import { Card, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core'
import { useState } from 'react'
import type { Of } from '@/api/client'
import { clock, day } from '@/text/show'
import { t } from '@/text/text'
import { byDay, matching, plain, said, who } from './telling'

export function History({ lines }: { lines: Of<'HistoryLine'>[] }) {
  const [text, setText] = useState('')
  const [actor, setActor] = useState<string | null>(null)
  const shown = matching(lines, text, actor ?? '')
  const actors = [...new Set(lines.map((line) => line.actor))].sort()
  return (
    <Stack gap="sm">
      <Group gap="sm" align="center">
        <Title order={2} size="h4">{t('History')}</Title>
        <TextInput size="xs" w={220} aria-label={t('Search the history')} placeholder={t('Search the history')} value={text} onChange={(event) => setText(event.currentTarget.value)} />
        <Select size="xs" w={200} aria-label={t('Who')} placeholder={t('Anybody')} clearable data={actors.map((one) => ({ value: one, label: who(one) }))} value={actor} onChange={setActor} />
        <Text size="xs" className="quiet">{t('{n} of {all}', { n: shown.length, all: lines.length })}</Text>
      </Group>
      {byDay(shown).map(([date, ofDay]) => (
        <Card key={date} p="sm">
          <Text size="xs" fw={600} className="quiet" mb={6}>{day(ofDay[0]?.at ?? date)}</Text>
          <Stack gap={8}>
            {ofDay.map((line) => (
              <Group key={line.seq} gap="sm" align="baseline" wrap="nowrap">
                <Text size="xs" className="quiet figure" w={84} flex="none">{clock(line.at)}</Text>
                <div>
                  <Text size="sm" component="span" fw={500}>{line.action}</Text>
                  {plain(line.subject) && <Text size="sm" component="span"> · {plain(line.subject)}</Text>}
                  {(line.before || line.after) && <Text size="sm" component="span">{': '}{line.before && <span className="quiet">{said(line.before)} → </span>}{said(line.after)}</Text>}
                  <Text size="xs" component="span" className="quiet">{' · '}{who(line.actor)}</Text>
                  {plain(line.reason) && <Text size="sm" className="quiet">{t('because: {reason}', { reason: said(plain(line.reason)) })}</Text>}
                </div>
              </Group>
            ))}
          </Stack>
        </Card>
      ))}
      {!shown.length && <Text size="sm">{t('Nothing in the history matches.')}</Text>}
    </Stack>
  )
}
