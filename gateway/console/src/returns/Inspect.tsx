/** In which state is what came back, and what becomes of it? */
import { Button, Card, Group, NumberInput, Select, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { api, got, type Of, type Schemas } from '@/api/client'
import { ifMatch } from '@/order/match'
import { useChange } from '@/parts/change'
import { Sorry } from '@/parts/Sorry'
import { t, word } from '@/text/text'
import { refreshed } from './Return'

type Part = Schemas['InspectedLine']
const GRADES: Part['grade'][] = ['A', 'B', 'C', 'D']
const FATES: Part['disposition'][] = ['restock', 'restock_as_b_grade', 'refurbish', 'return_to_vendor', 'quarantine', 'scrap', 'missing']

export function Inspect({ one }: { one: Of<'Return'> }) {
  const [parts, setParts] = useState<Part[]>(one.lines.filter((line) => line.received > 0).map((line) => ({ line_id: line.line_id, quantity: line.received, grade: 'A', disposition: 'restock' })))
  const act = useChange(
    (lines: Part[], key) => got(api.POST('/returns/{return_id}/inspection', { params: { path: { return_id: one.return_id }, header: { ...key, ...ifMatch(one) } }, body: { lines } })),
    { refresh: refreshed(one), says: t('It is inspected; the refund follows.') },
  )
  const put = (at: number, change: Partial<Part>) => setParts(parts.map((part, number) => (number === at ? { ...part, ...change } : part)))
  const nameOf = (part: Part) => one.lines.find((line) => line.line_id === part.line_id)?.name || one.lines.find((line) => line.line_id === part.line_id)?.sku
  return (
    <Card>
      <Title order={2} size="h4" mb="sm">{t('In which state is it?')}</Title>
      <Stack gap="sm">
        {parts.map((part, number) => (
          <Group key={number} align="flex-end" gap="sm">
            <Text size="sm" w={{ base: '100%', sm: 220 }}>{nameOf(part)}</Text>
            <NumberInput label={t('Pieces')} w={90} min={0} value={part.quantity} onChange={(value) => put(number, { quantity: Number(value) })} />
            <Select label={t('Grade')} w={80} allowDeselect={false} data={GRADES} value={part.grade} onChange={(value) => put(number, { grade: value as Part['grade'] })} />
            <Select label={t('What becomes of it')} w={200} allowDeselect={false} data={FATES.map((value) => ({ value, label: word(value) }))} value={part.disposition} onChange={(value) => put(number, { disposition: value as Part['disposition'] })} />
            <Button variant="subtle" size="xs" onClick={() => setParts(parts.flatMap((one, at) => (at === number ? [one, { ...one, quantity: 0 }] : [one])))}>{t('Split')}</Button>
          </Group>
        ))}
        <Sorry error={act.error} />
        <Group><Button loading={act.isPending} onClick={() => act.mutate(parts.filter((part) => part.quantity > 0))}>{t('Finish the inspection')}</Button></Group>
      </Stack>
    </Card>
  )
}
