"""Which ways lead into payments?"""

from typing import Any

from sqlalchemy.orm import Session

from chassis import stuck
from chassis.bus import Bus
from chassis.config import read_settings
from chassis.keeping import flush
from chassis.outside import Outcome, OutsideCall
from chassis.sparing import Sparing
from chassis.store import new_engine
from chassis.transaction import Unit
from chassis.wiring import answers, concludes, every, handles, outside, performs
from contracts import gift_cards, payments, settlements, transfers
from contracts.stuck import DecideStuck, FindStuck, StuckPage
from contracts.values import Nothing
from services.payments import (
    accounts,
    asks,
    conclusions,
    disputes,
    editing,
    executors,
    handlers,
    invoices,
    mailer,
    queries,
    receiving,
    refunding,
    sql_payments,
    sql_transfers,
    tables,
    voiding,
)
from services.payments import gift_cards as cards
from services.payments import settlements as settling
from services.payments import transfers as transferring
from services.payments.accounts import Directory
from services.payments.providers.provider import Provider
from services.payments.sql_payments import SqlPayments
from services.payments.sql_transfers import SqlTransfers


class PaymentsService:
    """Makes sure that orders are paid, takes the money and gives it back."""

    name = "payments"
    bus = Bus(tables.metadata, prepare=sql_payments.prepare, finish=sql_payments.finish)

    def __init__(self) -> None:
        url = read_settings().database_url
        self.accounts, self.engine = Directory(url), new_engine(url, pool=1)
        self.sparing = Sparing()

    @handles(payments.AuthorizePayment)
    def authorize(self, command: payments.AuthorizePayment, work: Unit) -> None:
        """Make sure that an order will be paid."""
        choosing = self.accounts.choosing(work.session)
        handlers.authorize_payment(command, work, SqlPayments(work.session), choosing)

    @handles(payments.RaisePayment)
    def raise_payment(self, command: payments.RaisePayment, work: Unit) -> None:
        """Make sure of what an edit costs more."""
        choosing = self.accounts.choosing(work.session)
        editing.raise_payment(command, work, SqlPayments(work.session), choosing)

    @handles(payments.CancelRaise)
    def cancel_raise(self, command: payments.CancelRaise, work: Unit) -> None:
        """Let go of what was made sure of for an edit."""
        editing.cancel_raise(command, work, SqlPayments(work.session))

    @handles(payments.LowerPayment)
    def lower_payment(self, command: payments.LowerPayment, work: Unit) -> None:
        """Take less."""
        editing.lower_payment(command, work, SqlPayments(work.session))

    @handles(payments.CapturePayment)
    def capture(self, command: payments.CapturePayment, work: Unit) -> None:
        """Take money for what has left."""
        handlers.capture_payment(command, work, SqlPayments(work.session))

    @handles(payments.VoidPayment)
    def void(self, command: payments.VoidPayment, work: Unit) -> None:
        """Let go of the money."""
        voiding.void_payment(command, work, SqlPayments(work.session))

    @handles(payments.RefundPayment)
    def refund(self, command: payments.RefundPayment, work: Unit) -> None:
        """Give money back."""
        refunding.refund_payment(command, work, SqlPayments(work.session))

    @outside("payments.authorize")
    def call_authorize(self, call: OutsideCall) -> dict[str, Any]:
        """Hold money at the provider."""
        return executors.authorize(call, self._provider(call))

    @concludes("payments.authorize")
    def authorized(self, outcome: Outcome, work: Unit) -> None:
        """Take the provider's answer."""
        choosing = self.accounts.choosing(work.session)
        conclusions.conclude_authorization(outcome, work, SqlPayments(work.session), choosing)

    @outside("payments.poll")
    def call_poll(self, call: OutsideCall) -> dict[str, Any]:
        """Ask the provider what has become of an authorization."""
        return executors.poll(call, self._provider(call))

    @concludes("payments.poll")
    def polled(self, outcome: Outcome, work: Unit) -> None:
        """Take the provider's answer."""
        choosing = self.accounts.choosing(work.session)
        conclusions.conclude_authorization(outcome, work, SqlPayments(work.session), choosing)

    @outside("payments.capture")
    def call_capture(self, call: OutsideCall) -> dict[str, Any]:
        """Take money at the provider."""
        return executors.capture(call, self._provider(call))

    @concludes("payments.capture")
    def captured(self, outcome: Outcome, work: Unit) -> None:
        """Take the provider's answer."""
        conclusions.conclude_capture(outcome, work, SqlPayments(work.session))

    @outside("payments.refund")
    def call_refund(self, call: OutsideCall) -> dict[str, Any]:
        """Give money back at the provider."""
        return executors.refund(call, self._provider(call))

    @concludes("payments.refund")
    def refunded(self, outcome: Outcome, work: Unit) -> None:
        """Take the provider's answer."""
        conclusions.conclude_refund(outcome, work, SqlPayments(work.session))

    @outside("payments.void")
    def call_void(self, call: OutsideCall) -> dict[str, Any]:
        """Let go of money at the provider."""
        return executors.void(call, self._provider(call))

    @concludes("payments.void")
    def voided(self, outcome: Outcome, work: Unit) -> None:
        """Take the provider's answer."""
        conclusions.conclude_void(outcome, work, SqlPayments(work.session))

    @outside("payments.mail")
    def call_mail(self, call: OutsideCall) -> dict[str, Any]:
        """Send the customer a link to pay again."""
        with Session(self.engine) as session:
            payment = queries.payment(session, call.request["payment"])
        mailer.send_link(payment, call.key)
        return {}

    @concludes("payments.mail")
    def mailed(self, outcome: Outcome, work: Unit) -> None:
        """Nothing follows from a mail; the call's row tells whether it went out."""

    @performs(payments.RECORD)
    def record(self, wish: payments.RecordPayment, work: Unit) -> payments.Payment:
        """Count money that somebody has seen."""
        return _view(work, receiving.record_payment(wish, work, SqlPayments(work.session)))

    @performs(payments.REFUND)
    def give_refund(self, wish: payments.GiveRefund, work: Unit) -> payments.Payment:
        """Give money back for a person."""
        return _view(work, refunding.give_refund(wish, work, SqlPayments(work.session)))

    @performs(payments.WEBHOOK)
    def webhook(self, wish: payments.ProviderWebhook, work: Unit) -> Nothing:
        """Take what a provider posted."""
        account = self.accounts.account(work.session, wish.provider, "provider")
        event = self.accounts.provider(account).read_webhook(wish)
        choosing = self.accounts.choosing(work.session)
        conclusions.take_webhook(event, work, SqlPayments(work.session), choosing)
        return Nothing()

    @performs(payments.SAVE_ACCOUNT)
    def save_account(self, wish: payments.SaveAccount, work: Unit) -> payments.ProviderAccount:
        """Add or change an account at a payment provider."""
        return accounts.show(accounts.save(wish, work.session))

    @answers(payments.ACCOUNTS)
    def list_accounts(self, _: payments.AskAccounts, session: Session) -> payments.ProviderAccounts:
        """List the accounts, and the kinds that there are."""
        return accounts.show_all(session)

    @answers(payments.TEST_ACCOUNT)
    def test_account(self, asked: payments.AccountRef, session: Session) -> payments.AccountTest:
        """Ask an account's provider whether it knows us."""
        self.accounts.read_again(session)
        account = self.accounts.account(session, asked.account, "account")
        return accounts.test(self.accounts.provider(account))

    @every(seconds=5)
    def read_accounts(self, work: Unit) -> None:
        """Learn which accounts were saved elsewhere."""
        self.accounts.read_again(work.session)

    @performs(transfers.IMPORT_STATEMENT)
    def import_statement(
        self, wish: transfers.ImportStatement, work: Unit
    ) -> transfers.StatementImported:
        """Book what a bank's statement tells of."""
        kept, paid = SqlTransfers(work.session), SqlPayments(work.session)
        return transferring.import_statement(wish, work, kept, paid)

    @performs(transfers.BOOK_TRANSFER)
    def book_transfer(self, wish: transfers.BookTransfer, work: Unit) -> transfers.TransferShown:
        """Book a transfer to the order that a person names."""
        kept, paid = SqlTransfers(work.session), SqlPayments(work.session)
        booked = transferring.book_transfer(wish, work, kept, paid)
        flush(work.session)
        return sql_transfers.show(booked)

    @performs(transfers.DISMISS_TRANSFER)
    def dismiss_transfer(
        self, wish: transfers.DismissTransfer, work: Unit
    ) -> transfers.TransferShown:
        """Put a transfer aside."""
        dismissed = transferring.dismiss_transfer(wish, SqlTransfers(work.session))
        flush(work.session)
        return sql_transfers.show(dismissed)

    @answers(transfers.FIND_TRANSFERS)
    def find_transfers(
        self, asked: transfers.FindTransfers, session: Session
    ) -> transfers.TransferPage:
        """List transfers."""
        return sql_transfers.find_transfers(session, asked)

    @performs(gift_cards.ISSUE_GIFT_CARD)
    def issue_gift_card(
        self, wish: gift_cards.IssueGiftCard, work: Unit
    ) -> gift_cards.GiftCardIssued:
        """Make a gift card."""
        return cards.issue_card(wish, work)

    @answers(gift_cards.FIND_GIFT_CARDS)
    def find_gift_cards(
        self, asked: gift_cards.FindGiftCards, session: Session
    ) -> gift_cards.GiftCardPage:
        """List gift cards."""
        return cards.find_cards(session, asked)

    @answers(gift_cards.GET_GIFT_CARD)
    def get_gift_card(
        self, asked: gift_cards.GiftCardRef, session: Session
    ) -> gift_cards.GiftCardLedger:
        """Show a gift card."""
        return cards.get_card(session, asked)

    @answers(settlements.MATCH_SETTLEMENT)
    def match_settlement(
        self, asked: settlements.MatchSettlement, session: Session
    ) -> settlements.SettlementMatch:
        """Compare a provider's report with what is known."""
        self.accounts.account(session, asked.account, "account")
        return settling.match(asked, session)

    @performs(payments.SET_TERMS)
    def set_terms(self, wish: payments.SetTerms, work: Unit) -> payments.Terms:
        """Agree on terms."""
        return queries.show_terms(invoices.set_terms(wish, SqlPayments(work.session)))

    @answers(payments.GET)
    def get(self, asked: payments.PaymentsOf, session: Session) -> payments.Payments:
        """Show the payments of an order."""
        return queries.get_payments(session, asked)

    @answers(payments.FIND)
    def find(self, asked: payments.FindPayments, session: Session) -> payments.PaymentPage:
        """List payments."""
        return queries.find_payments(session, asked)

    @answers(payments.GET_TERMS)
    def get_terms(self, asked: payments.TermsOf, session: Session) -> payments.Terms:
        """Show terms."""
        return queries.get_terms(session, asked)

    @answers(payments.STUCK)
    def stuck(self, asked: FindStuck, session: Session) -> StuckPage:
        """List messages and calls that wait in vain."""
        waiting = stuck.waiting(session, self.name, asked)
        return stuck.page(asked, [*waiting, *disputes.find_disputes(session, asked)])

    @performs(payments.DECIDE)
    def decide(self, wish: DecideStuck, work: Unit) -> Nothing:
        """Decide about one of them."""
        if not disputes.decide(wish, work, SqlPayments(work.session)):
            stuck.decide(self.name, wish, work)
        return Nothing()

    @every(seconds=5)
    def expire(self, work: Unit) -> None:
        """Give up on payments that did not come in time."""
        kept = SqlPayments(work.session)
        for payment in kept.overdue(work.now, self.sparing.spared()):
            with self.sparing.about(payment.payment_id):
                handlers.expire_payment(payment, work, kept)

    def _provider(self, call: OutsideCall) -> Provider:
        return self.accounts.of_call(asks.account_of(call))


def _view(work: Unit, payment: Any) -> payments.Payment:
    sql_payments.finish(work)
    flush(work.session)
    return queries.view(work.session, payment)
