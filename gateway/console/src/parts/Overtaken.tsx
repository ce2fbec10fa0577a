/** Has somebody else changed what a form was filled from? Then it is filled anew, not saved over it. */
import { Alert, Button, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { t } from '@/text/text'

interface Form {
  seen?: { version: number }
  now?: { version: number }
  load: () => void
  act: { isPending: boolean; isSuccess: boolean; reset: () => void }
  told?: string
  children?: ReactNode
}

export function Overtaken({ seen, now, load, act, told = t('Somebody else has changed this since you opened it.'), children }: Form) {
  if (!seen || seen.version === now?.version || act.isPending || act.isSuccess) return null
  return (
    <Alert color="orange" role="alert">
      <Text size="sm">{told}</Text>
      {children}
      <Button mt="xs" size="xs" variant="light" color="orange" onClick={() => { load(); act.reset() }}>{t('Load again')}</Button>
    </Alert>
  )
}
