/** How does one set a password? By the link that came by mail. */
import { Button, PasswordInput, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { identity } from '@/api/identity'
import { Sorry } from '@/parts/Sorry'
import { t } from '@/text/text'
import { Frame } from './Login'

export function NewPassword() {
  const { token = '' } = useParams()
  const [password, setPassword] = useState('')
  const set = useMutation({ mutationFn: () => identity.reset(token, password) })
  return (
    <Frame>
      {set.isSuccess ? (
        <Stack><Text>{t('Your password is set.')}</Text><Button component={Link} to="/">{t('Log in')}</Button></Stack>
      ) : (
        <form onSubmit={(event) => { event.preventDefault(); set.mutate() }}>
          <Stack>
            <PasswordInput label={t('New password')} autoComplete="new-password" required autoFocus value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
            <Sorry error={set.error} />
            <Button type="submit" loading={set.isPending}>{t('Set the password')}</Button>
          </Stack>
        </form>
      )}
    </Frame>
  )
}
