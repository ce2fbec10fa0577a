/** Who is told of events? What the gateway itself answers about webhooks that it sends. */
import { api, got, type Of, type Schemas } from './client'

export type Subscription = Of<'WebhookSubscription'>
export type Delivery = Of<'WebhookDelivery'>
export type DeliveryState = '' | Delivery['state']

const one = (id: string) => ({ path: { subscription_id: id } })

export const webhooks = {
  subscriptions: () => got(api.GET('/webhook-subscriptions', { params: { query: { limit: 200 } } })),
  types: () => got(api.GET('/webhook-event-types')),
  subscribe: (body: Schemas['Subscribe']) => got(api.POST('/webhook-subscriptions', { body })),
  turn: ({ subscription_id, url, events, description, state, version }: Subscription) =>
    got(api.PUT('/webhook-subscriptions/{subscription_id}', {
      params: { ...one(subscription_id), header: { 'If-Match': `"${version}"` } },
      body: { url, events, description, state: state === 'active' ? 'paused' : 'active' },
    })),
  end: (id: string) => got(api.DELETE('/webhook-subscriptions/{subscription_id}', { params: one(id) })),
  test: (id: string) => got(api.POST('/webhook-subscriptions/{subscription_id}/test', { params: one(id) })),
  deliveries: (id: string, state: DeliveryState, after: string) =>
    got(api.GET('/webhook-subscriptions/{subscription_id}/deliveries', {
      params: { ...one(id), query: { state, after } },
    })),
  retry: (id: string) =>
    got(api.POST('/webhook-deliveries/{delivery_id}/retry', { params: { path: { delivery_id: id } } })),
}
