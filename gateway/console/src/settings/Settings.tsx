/** What can be set? One's own login; and for who may, users, keys, webhooks, payment accounts and roles. */
import { Tabs } from '@mantine/core'
import { lazy, type ReactNode, Suspense } from 'react'
import { useSearchParams } from 'react-router'
import { Busy } from '@/parts/Busy'
import { Head } from '@/parts/Head'
import { useMay } from '@/shell/session'
import { t, type Text } from '@/text/text'
import { You } from './You'

const Users = lazy(async () => ({ default: (await import('./Users')).Users }))
const Keys = lazy(async () => ({ default: (await import('./Keys')).Keys }))
const RolesList = lazy(async () => ({ default: (await import('./Roles')).RolesList }))
const Webhooks = lazy(async () => ({ default: (await import('./Webhooks')).Webhooks }))
const Accounts = lazy(async () => ({ default: (await import('./Accounts')).Accounts }))
const Transfers = lazy(async () => ({ default: (await import('./Transfers')).Transfers }))
const Carriers = lazy(async () => ({ default: (await import('./Carriers')).Carriers }))
const Warehouses = lazy(async () => ({ default: (await import('./Warehouses')).Warehouses }))

const TABS: { tab: string; label: Text; needs: string; page: ReactNode }[] = [
  { tab: 'you', label: 'You', needs: '', page: <You /> },
  { tab: 'users', label: 'Users', needs: 'settings.read', page: <Users /> },
  { tab: 'roles', label: 'Roles', needs: 'settings.read', page: <RolesList /> },
  { tab: 'keys', label: 'API keys', needs: 'settings.read', page: <Keys /> },
  { tab: 'webhooks', label: 'Webhooks', needs: 'settings.read', page: <Webhooks /> },
  { tab: 'payments', label: 'Payment accounts', needs: 'settings.read', page: <Accounts /> },
  { tab: 'transfers', label: 'Bank transfers', needs: 'money.read', page: <Transfers /> },
  { tab: 'carriers', label: 'Carriers', needs: 'settings.read', page: <Carriers /> },
  { tab: 'warehouses', label: 'Warehouses', needs: 'settings.read', page: <Warehouses /> },
]

export function Settings() {
  const may = useMay()
  const [query, setQuery] = useSearchParams()
  const tabs = TABS.filter(({ needs }) => !needs || may(needs))
  return (
    <>
      <Head title={t('Settings')} />
      <Tabs value={query.get('tab') ?? 'you'} onChange={(tab) => setQuery({ tab: tab ?? 'you' }, { replace: true })} keepMounted={false}>
        <Tabs.List mb="md">{tabs.map(({ tab, label }) => <Tabs.Tab key={tab} value={tab}>{t(label)}</Tabs.Tab>)}</Tabs.List>
        {tabs.map(({ tab, page }) => <Tabs.Panel key={tab} value={tab}><Suspense fallback={<Busy />}>{page}</Suspense></Tabs.Panel>)}
      </Tabs>
    </>
  )
}
