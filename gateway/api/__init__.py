"""The routes of the API: one table for each resource."""

from gateway.api import channels, inventory, orders, payments, returns, shipping, warehouse
from gateway.route import Route

ROUTES: tuple[Route, ...] = (
    *orders.ROUTES,
    *payments.ROUTES,
    *inventory.ROUTES,
    *warehouse.ROUTES,
    *shipping.ROUTES,
    *returns.ROUTES,
    *channels.ROUTES,
)
