/** Who is told of events? The shapes of the gateway's questions about webhooks that it sends. */
import { call } from './client'

export interface Subscription {
  subscription_id: string
  url: string
  events: string[]
  description: string
  state: 'active' | 'paused'
  why: string
  failing_since: string | null
  waiting: number
  dead: number
  version: number
}

export interface Delivery {
  delivery_id: string
  type: string
  subject: string
  state: 'pending' | 'delivered' | 'dead'
  attempts: number
  last: string
  created_at: string
}

const ALL = '/webhook-subscriptions'

export const webhooks = {
  subscriptions: () => call<{ subscriptions: Subscription[]; next: string }>('GET', `${ALL}?limit=200`),
  types: () => call<{ types: { type: string; about: string }[] }>('GET', '/webhook-event-types'),
  subscribe: (wish: { url: string; events: string[]; description: string }) => call<{ secret: string }>('POST', ALL, wish),
  change: ({ subscription_id, url, events, description, version }: Subscription, wish: Partial<Subscription>) =>
    call<Subscription>('PUT', `${ALL}/${subscription_id}`, { url, events, description, ...wish }, version),
  end: (id: string) => call<void>('DELETE', `${ALL}/${id}`),
  test: (id: string) => call<Delivery>('POST', `${ALL}/${id}/test`),
  deliveries: (id: string, state: string, after: string) =>
    call<{ deliveries: Delivery[]; next: string }>('GET', `${ALL}/${id}/deliveries?state=${state}${after && `&after=${after}`}`),
  retry: (id: string) => call<Delivery>('POST', `/webhook-deliveries/${id}/retry`),
}
