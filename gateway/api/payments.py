"""How is money seen, recorded and given back?"""

from contracts import gift_cards, payments, settlements, transfers
from gateway.people.roles import OPEN
from gateway.route import Route

TAG = "payments"
# fmt: off
ROUTES = (
    Route("GET",  "/payments",                      payments.FIND,      "List payments, newest first", TAG, needs="money.read"),
    Route("GET",  "/orders/{order_id}/payments",    payments.GET,       "Show an order's payments with every fact", TAG, needs="money.read"),
    Route("POST", "/orders/{order_id}/payments",    payments.RECORD,    "Record cash or a bank transfer", TAG, 201, needs="money.write"),
    Route("POST", "/orders/{order_id}/refunds",     payments.REFUND,    "Give money back", TAG, 201, needs="money.write"),
    Route("GET",  "/customers/{customer}/terms",    payments.GET_TERMS, "Show a customer's terms", TAG, needs="money.read"),
    Route("PUT",  "/customers/{customer}/terms",    payments.SET_TERMS, "Agree on terms with a customer", TAG, needs="money.write"),
    Route("GET",  "/bank-transfers",                transfers.FIND_TRANSFERS, "List transfers that statements told of, newest first", TAG, needs="money.read"),
    Route("POST", "/bank-statements",               transfers.IMPORT_STATEMENT, "Import a bank's statement (CAMT.053 or CSV) and book what is sure", TAG, needs="money.write"),
    Route("POST", "/bank-transfers/{transfer_id}/booking", transfers.BOOK_TRANSFER, "Book a transfer to an order", TAG, needs="money.write"),
    Route("POST", "/bank-transfers/{transfer_id}/dismissal", transfers.DISMISS_TRANSFER, "Put a transfer aside that is for no order", TAG, needs="money.write"),
    Route("POST", "/payment-accounts/{account}/settlement-check", settlements.MATCH_SETTLEMENT, "Compare a provider's report with what is known (Stripe's balance transactions as CSV)", TAG, needs="money.read"),
    Route("GET",  "/gift-cards",                    gift_cards.FIND_GIFT_CARDS, "List gift cards and store credit, newest first", TAG, needs="money.read"),
    Route("POST", "/gift-cards",                    gift_cards.ISSUE_GIFT_CARD, "Issue a gift card or store credit; its code is shown once", TAG, 201, sealed=True, needs="money.write"),
    Route("GET",  "/gift-cards/{gift_card_id}",     gift_cards.GET_GIFT_CARD, "Show a gift card and its movements", TAG, needs="money.read"),
    Route("GET",  "/payment-accounts",              payments.ACCOUNTS,  "List accounts at payment providers, and the kinds that there are", TAG, needs="settings.read"),
    Route("PUT",  "/payment-accounts/{account}",    payments.SAVE_ACCOUNT, "Add or change an account; its secrets are never shown", TAG, secret=True, needs="settings.write"),
    Route("POST", "/payment-accounts/{account}/test", payments.TEST_ACCOUNT, "Ask a provider whether it knows us", TAG, needs="settings.write"),
    Route("POST", "/webhooks/payments/{provider}",  payments.WEBHOOK,   "Take what a payment provider tells", "webhooks",
          raw="body", headers={"X-Signature": "signature", "Stripe-Signature": "signature"}, needs=OPEN),
)
# fmt: on
