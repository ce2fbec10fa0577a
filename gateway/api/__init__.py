"""The routes of the API: one table for each resource."""

from gateway.api import (
    channels,
    exceptions,
    inventory,
    jobs,
    mentions,
    orders,
    payments,
    returns,
    session,
    settings,
    shipping,
    views,
    warehouse,
    webhooks,
)
from gateway.route import Route

OF_SERVICES: tuple[Route, ...] = (
    *orders.ROUTES,
    *payments.ROUTES,
    *inventory.ROUTES,
    *warehouse.ROUTES,
    *shipping.ROUTES,
    *returns.ROUTES,
    *channels.ROUTES,
)
OWN: tuple[Route, ...] = (
    *session.ROUTES,
    *mentions.ROUTES,
    *settings.ROUTES,
    *webhooks.ROUTES,
    *views.ROUTES,
    *exceptions.ROUTES,
    *jobs.ROUTES,
)
ROUTES = (*OF_SERVICES, *OWN)
