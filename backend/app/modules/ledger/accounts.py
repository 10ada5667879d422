"""The accounts of the ledger. An entry is a debit if it is positive, a credit if it is negative."""

from enum import StrEnum


class Account(StrEnum):
    """An account: a place of money, a debt, an income or a cost."""

    CASH = "cash"
    """Notes and coins in the drawers."""
    SAFE = "safe"
    """Cash outside the drawers: where change comes from, and where the day's cash goes."""
    BANK = "bank"
    CARD = "card"
    """Card payments, which the bank pays out later."""
    RECEIVABLE = "receivable"
    """Debts of guests for bills; negative while a bill is paid before it is closed."""

    COURSE = "course"
    """Sessions that were paid and not used, without tax."""
    GIFT_CARD = "gift_card"
    DEPOSIT = "deposit"
    TIP = "tip"
    """Tips that the spa has taken for its staff."""
    COMMISSION = "commission"
    """Commissions that the spa owes to its staff."""
    VAT = "vat"
    UNMATCHED = "unmatched"
    """Transfers that have arrived and belong to no bill yet."""

    REVENUE = "revenue"
    """Services and products, without tax."""
    FEE = "fee"
    """Fees for late cancellations and no-shows."""
    FORFEITED = "forfeited"
    """Deposits, sessions and cards that were lost by rule."""
    CASH_OVER = "cash_over"

    COMMISSION_COST = "commission_cost"
    EXPENSE = "expense"
    """Small costs that were paid from a drawer."""
    GOODWILL = "goodwill"
    """Money given back without a line of a bill."""
    CASH_SHORT = "cash_short"
