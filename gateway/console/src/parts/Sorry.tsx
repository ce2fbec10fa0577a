/** How is an error told? In the gateway's own words, with what can be done. */
import { Alert, Button, List, Text } from '@mantine/core'
import { Problem } from '@/api/problem'
import { Winner } from '@/order/Winner'
import { t } from '@/text/text'

/** Say what went wrong; nothing where nothing did. */
export function Sorry({ error, again }: { error: unknown; again?: () => void }) {
  if (!error) return null
  const problem = error instanceof Problem ? error : null
  const more = problem?.errors.filter((fault) => fault.detail !== problem.message) ?? []
  return (
    <Alert color="red" title={titleOf(error)} role="alert" my="xs">
      <Text size="sm">{problem?.kind === 'unreachable' ? t('Look at your connection; what you did is not lost if you try again.') : problem ? problem.message : String(error)}</Text>
      {more.length > 0 && <List size="sm" mt={4}>{more.map((fault) => <List.Item key={fault.field + fault.detail}><b>{fault.field}</b>: {fault.detail}</List.Item>)}</List>}
      {problem?.kind === 'stale' && <Text size="sm" mt={4}>{t('Somebody else changed this meanwhile. Look at the new state, then decide again.')}</Text>}
      {problem?.kind === 'stale' && <Winner />}
      {again && <Button mt="sm" size="xs" variant="light" color="red" onClick={again}>{t('Try again')}</Button>}
    </Alert>
  )
}

function titleOf(error: unknown): string {
  if (!(error instanceof Problem)) return t('Something broke here')
  return error.kind === 'unreachable' ? t('The server cannot be reached') : error.title
}
