/** What is the console made of? Its pages, each loaded when somebody goes there. */
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createBrowserRouter, RouterProvider } from 'react-router'
import { Problem } from '@/api/problem'
import { Busy } from '@/parts/Busy'
import { nonce } from './nonce'
import { Broken, NotFound } from './Lost'
import { Doorkeeper } from './session'
import { Shell } from './Shell'
import { contrast, theme } from './theme'

const cache = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: 'always', // without a network it is said at once
      refetchOnReconnect: true,
      staleTime: 5_000,
      retry: (times, error) => error instanceof Problem && error.passes && times < 2,
    },
  },
})

const router = createBrowserRouter(
  [
    { path: '/password/:token', HydrateFallback: Busy, lazy: async () => ({ Component: (await import('@/login/NewPassword')).NewPassword }) },
    {
      Component: Inside,
      errorElement: <Broken />,
      HydrateFallback: Busy,
      children: [
        { index: true, lazy: async () => ({ Component: (await import('@/dashboard/Home')).Home }) },
        { path: 'orders', lazy: async () => ({ Component: (await import('@/orders/Orders')).Orders }) },
        { path: 'orders/:orderId', lazy: async () => ({ Component: (await import('@/order/Order')).Order }) },
        { path: 'exceptions', lazy: async () => ({ Component: (await import('@/exceptions/Exceptions')).Exceptions }) },
        { path: 'picking', lazy: async () => ({ Component: (await import('@/warehouse/PickLists')).PickLists }) },
        { path: 'picking/:fulfillmentOrderId', lazy: async () => ({ Component: (await import('@/warehouse/Pick')).Pick }) },
        { path: 'packing', lazy: async () => ({ Component: (await import('@/packing/Bench')).Bench }) },
        { path: 'packing/:fulfillmentOrderId', lazy: async () => ({ Component: (await import('@/packing/Pack')).Pack }) },
        { path: 'shipping', lazy: async () => ({ Component: (await import('@/shipping/Shipments')).Shipments }) },
        { path: 'shipping/manifests', lazy: async () => ({ Component: (await import('@/shipping/Manifests')).Manifests }) },
        { path: 'shipping/manifests/:manifestId', lazy: async () => ({ Component: (await import('@/shipping/Manifest')).Manifest }) },
        { path: 'shipping/:shipmentId', lazy: async () => ({ Component: (await import('@/shipping/Shipment')).Shipment }) },
        { path: 'returns', lazy: async () => ({ Component: (await import('@/returns/Returns')).Returns }) },
        { path: 'returns/:returnId', lazy: async () => ({ Component: (await import('@/returns/Return')).Return }) },
        { path: 'inventory', lazy: async () => ({ Component: (await import('@/inventory/Skus')).Skus }) },
        { path: 'inventory/*', lazy: async () => ({ Component: (await import('@/inventory/Sku')).Sku }) },
        { path: 'channels', lazy: async () => ({ Component: (await import('@/channels/Channels')).Channels }) },
        { path: 'channels/of/:channel', lazy: async () => ({ Component: (await import('@/channels/Channel')).Channel }) },
        { path: 'channels/orders/:inboundId', lazy: async () => ({ Component: (await import('@/channels/Compare')).Compare }) },
        { path: 'channels/imports/:importId', lazy: async () => ({ Component: (await import('@/channels/Import')).Import }) },
        { path: 'jobs', lazy: async () => ({ Component: (await import('@/jobs/Jobs')).Jobs }) },
        { path: 'jobs/import', lazy: async () => ({ Component: (await import('@/jobs/ImportFile')).ImportFile }) },
        { path: 'jobs/:jobId', lazy: async () => ({ Component: (await import('@/jobs/Job')).Job }) },
        { path: 'settings', lazy: async () => ({ Component: (await import('@/settings/Settings')).Settings }) },
        { path: '*', Component: NotFound },
      ],
    },
  ],
  { basename: '/console' },
)

function Inside() {
  return <Doorkeeper><Shell /></Doorkeeper>
}

/** The whole console. */
export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={contrast} defaultColorScheme="auto" getStyleNonce={nonce}>
      <Notifications position="top-right" />
      <QueryClientProvider client={cache}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  )
}
