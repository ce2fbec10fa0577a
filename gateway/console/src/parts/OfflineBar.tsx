/** Is there a connection? Without one every page says so. */
import { Alert } from '@mantine/core'
import { useNetwork } from '@mantine/hooks'
import { useAway } from '@/away/away'
import { when } from '@/text/show'
import { t } from '@/text/text'

export function OfflineBar() {
  const { online } = useNetwork()
  const away = useAway()
  if (online && !away) return null
  return (
    <Alert color="orange" mb="sm" role="status">
      {t('There is no connection. Scans are kept here and sent when it is back.')}
      {away?.from && ` ${t('What you see is of {when}.', { when: when(away.from) })}`}
    </Alert>
  )
}
