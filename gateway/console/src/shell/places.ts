/** Which pages are there, and what must one be allowed to go there? */
import type { IconName } from '@/parts/Icon'
import type { Text } from '@/text/text'

export const PLACES: { to: string; label: Text; icon: IconName; needs: string }[] = [
  { to: '/', label: 'Dashboard', icon: 'chart', needs: 'orders.read' },
  { to: '/orders', label: 'Orders', icon: 'list', needs: 'orders.read' },
  { to: '/exceptions', label: 'Exceptions', icon: 'alert', needs: 'exceptions.read' },
  { to: '/picking', label: 'Picking', icon: 'scan', needs: 'picking.read' },
  { to: '/packing', label: 'Packing', icon: 'box', needs: 'packing.write' },
  { to: '/shipping', label: 'Shipping', icon: 'truck', needs: 'shipping.read' },
  { to: '/returns', label: 'Returns', icon: 'back', needs: 'returns.read' },
  { to: '/inventory', label: 'Inventory', icon: 'shelf', needs: 'stock.read' },
  { to: '/channels', label: 'Channels', icon: 'plug', needs: 'channels.read' },
  { to: '/jobs', label: 'Jobs', icon: 'ticks', needs: 'any' },
]
