/** What surrounds every page? The way to the others, who is logged in, colors and language. */
import { ActionIcon, AppShell, Burger, Group, Menu, NavLink, ScrollArea, Text, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { Suspense, useEffect } from 'react'
import { Link, Outlet, useLocation, useNavigation } from 'react-router'
import { identity } from '@/api/identity'
import { Problem } from '@/api/problem'
import { forget } from '@/away/kept'
import { useReturn } from '@/away/start'
import { Busy } from '@/parts/Busy'
import { Icon } from '@/parts/Icon'
import { OfflineBar } from '@/parts/OfflineBar'
import { LANGUAGES, t } from '@/text/text'
import { Keys } from './Keys'
import { useLive } from './live'
import { Mentions } from './Mentions'
import { PLACES } from './places'
import { SESSION, useMay, useSession } from './session'

export function Shell() {
  const [open, { toggle, close }] = useDisclosure(false)
  const { pathname } = useLocation()
  const may = useMay()
  const loading = useNavigation().state === 'loading'
  useEffect(close, [pathname, close])
  useLive()
  useReturn()
  useHotkeys([['/', () => document.querySelector<HTMLInputElement>('[data-search]')?.focus()]])
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('Menu')} />
            <Link to="/" className="plain"><Group gap="xs" wrap="nowrap"><img src="/console/mark.svg" width={26} height={26} alt="" /><Text fw={700} size="lg" component="span">OMS</Text></Group></Link>
          </Group>
          <Person />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label={t('Pages')}>
        <AppShell.Section grow component={ScrollArea}>
          {PLACES.filter((place) => may(place.needs)).map((place) => (
            <NavLink
              key={place.to}
              component={Link}
              to={place.to}
              label={t(place.label)}
              leftSection={<Icon name={place.icon} />}
              active={place.to === '/' ? pathname === '/' : pathname.startsWith(place.to)}
              aria-current={pathname === place.to ? 'page' : undefined}
            />
          ))}
        </AppShell.Section>
        <AppShell.Section>
          <NavLink component={Link} to="/settings" label={t('Settings')} leftSection={<Icon name="gear" />} active={pathname.startsWith('/settings')} />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main>
        <OfflineBar />
        {loading ? <Busy /> : <Suspense fallback={<Busy />}><Outlet /></Suspense>}
      </AppShell.Main>
      <Keys />
    </AppShell>
  )
}

function Person() {
  const { user, roles } = useSession()
  const cache = useQueryClient()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const leave = async () => {
    try {
      await identity.logOut()
    } catch (error) {
      // a session that has ended already is what is wanted; all else leaves it open
      if (!(error instanceof Problem && error.status === 401)) {
        notifications.show({ message: t('You are still logged in: the server could not be told. Try again.'), color: 'red', closeButtonProps: { 'aria-label': t('Close') } })
        return
      }
    }
    await forget()
    sessionStorage.clear()
    cache.setQueryData(SESSION, null)
    cache.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION[0] })
  }
  const choose = (language: string) => {
    localStorage.setItem('language', language)
    window.location.reload()
  }
  return (
    <Group gap="xs" wrap="nowrap">
      <Mentions />
      <ActionIcon
        variant="subtle" color="gray" size="lg"
        aria-label={t('Dark or light')}
        onClick={() => setColorScheme(colorScheme === 'dark' ? 'light' : 'dark')}
      >
        <Icon name="moon" />
      </ActionIcon>
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <UnstyledButton aria-label={`${t('You')}: ${user.name}`}>
            <Group gap={6} wrap="nowrap"><Icon name="person" /><Text size="sm" fw={500} visibleFrom="xs">{user.name}</Text></Group>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{user.email} · {roles.map((role) => role.replaceAll('_', ' ')).join(', ')}</Menu.Label>
          <Menu.Item component={Link} to="/settings">{t('Settings')}</Menu.Item>
          <Menu.Divider />
          {LANGUAGES.map(({ value, label }) => <Menu.Item key={value} lang={value} onClick={() => choose(value)}>{label}</Menu.Item>)}
          <Menu.Divider />
          <Menu.Item onClick={() => void leave()}>{t('Log out')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  )
}
