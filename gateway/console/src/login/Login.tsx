/** How does one come in? With a password, then the second factor, or by the company's own login. */
import { Alert, Anchor, Button, Card, Center, Divider, PasswordInput, PinInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { identity } from '@/api/identity'
import { Problem } from '@/api/problem'
import { forget } from '@/away/kept'
import { Sorry } from '@/parts/Sorry'
import { SESSION } from '@/shell/session'
import { t } from '@/text/text'

export function Login() {
  const cache = useQueryClient()
  const ways = useQuery({ queryKey: ['ways'], queryFn: identity.ways, retry: false })
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const [forgot, setForgot] = useState(false)
  const login = useMutation({
    mutationFn: (given: string) => identity.logIn({ email, password, ...(given ? { code: given } : {}) }),
    onSuccess: async (session) => {
      await forget() // what somebody else saw here
      cache.setQueryData(SESSION, session)
    },
    onError: () => setCode(''),
  })
  const second = login.error instanceof Problem && login.error.kind === 'second-factor'
  const [asked, setAsked] = useState(false)
  if (second && !asked) setAsked(true)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    login.mutate(code)
  }
  if (forgot) return <Frame><Forgot email={email} back={() => setForgot(false)} /></Frame>
  return (
    <Frame>
      <form onSubmit={submit}>
        <Stack>
          <TextInput label={t('E-mail')} type="email" autoComplete="username" required autoFocus value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
          <PasswordInput label={t('Password')} autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
          {asked && (
            <Stack gap={4}>
              <Text size="sm" fw={500} id="code">{t('Code from your authenticator app')}</Text>
              <PinInput length={6} type="number" oneTimeCode autoFocus value={code} onChange={setCode} onComplete={(given) => login.mutate(given)} aria-label={t('Code from your authenticator app')} />
            </Stack>
          )}
          {!(second && !code && login.submittedAt && !login.variables) && <Sorry error={login.error} />}
          <Button type="submit" loading={login.isPending}>{t('Log in')}</Button>
          <Anchor component="button" type="button" size="sm" onClick={() => setForgot(true)}>{t('Forgot your password?')}</Anchor>
        </Stack>
      </form>
      {ways.data?.sso && (
        <>
          <SignOn name={ways.data.sso.name} />
          <Divider my="md" label={t('or')} />
          <Button component="a" href="/login/sso" variant="default" fullWidth>{t('Log in with {name}', { name: ways.data.sso.name })}</Button>
        </>
      )}
    </Frame>
  )
}

/** What became of a single sign-on from which one comes back; the gateway says no more than this. */
function SignOn({ name }: { name: string }) {
  const said = new URLSearchParams(window.location.search).get('sso')
  if (said !== 'failed' && said !== 'unknown') return null
  return (
    <Alert color="red" role="alert" mt="md">
      {said === 'failed'
        ? t('Log in with {name} did not work. Try again, or use your password.', { name })
        : t('{name} knows you, but nobody here has your e-mail address. Ask your administrator to invite you.', { name })}
    </Alert>
  )
}

function Forgot({ email: known, back }: { email: string; back: () => void }) {
  const [email, setEmail] = useState(known)
  const ask = useMutation({ mutationFn: () => identity.askReset(email) })
  if (ask.isSuccess) {
    return (
      <Stack>
        <Text>{t('If somebody has this address here, a mail with a link is on its way.')}</Text>
        <Button variant="default" onClick={back}>{t('Back to the login')}</Button>
      </Stack>
    )
  }
  return (
    <form onSubmit={(event) => { event.preventDefault(); ask.mutate() }}>
      <Stack>
        <TextInput label={t('E-mail')} type="email" required value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
        <Sorry error={ask.error} />
        <Button type="submit" loading={ask.isPending}>{t('Send me a link')}</Button>
        <Button variant="subtle" onClick={back}>{t('Back to the login')}</Button>
      </Stack>
    </form>
  )
}

export function Frame({ children }: { children: React.ReactNode }) {
  return (
    <Center mih="100vh" p="md" component="main">
      <Card w="100%" maw={380} padding="xl" shadow="sm">
        <Title order={1} size="h2" mb="lg">OMS</Title>
        {children}
      </Card>
    </Center>
  )
}
