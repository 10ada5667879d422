"""The rules of the till as SQL: each statement returns the rows that break its rule.

assert await broken_rules() == {}

They compare the facts (bills, payments, refunds, drawers, cards, courses) with the ledger and with each other, whatever
the app does. docs/till.md says what moves where.
"""

from typing import Any

import asyncpg

from tests.support.database import run_sql

_TAX = "(2 * {0} * tax_rate + 10000 + tax_rate) / (2 * (10000 + tax_rate))"
"""The tax within a price, half a đồng rounded up; all numbers are 0 or more."""
_COVERED = "num_nonnulls(line.course_session_id, line.course_line_id) > 0"
_LIVE_TRANSFER = "branch_id IS NOT NULL AND status IN ('new', 'review')"

# What each bill has posted by its payments, its closing, its refunds, and the returns of the courses that it sold.
_OF_BILLS = """
    SELECT payment.sale_id, 'payment' AS source, payment.id AS source_id FROM payment
    UNION ALL SELECT id, 'sale', id FROM sale
    UNION ALL SELECT sale_id, 'refund', id FROM refund
    UNION ALL SELECT line.sale_id, 'course_entry', entry.id FROM course_entry AS entry
    JOIN customer_course AS course ON course.id = entry.course_id JOIN sale_line AS line ON line.id = course.sale_line_id
    WHERE entry.kind = 'refunded'
"""
# Each fact that has a day and a Z report of its own.
_FACTS = """
    SELECT 'payment' AS source, id, branch_id, business_day, z_number FROM payment
    UNION ALL SELECT 'sale', id, branch_id, business_day, z_number FROM sale WHERE status = 'closed'
    UNION ALL SELECT 'refund', id, branch_id, business_day, z_number FROM refund
"""


def _equal(*columns: str, left: str, right: str) -> str:
    """Return a statement with the groups whose sums differ. Both sides have these columns, and `amount`."""
    by = ", ".join(columns)
    return f"""
        SELECT {by}, sum(amount)::bigint AS difference FROM (
            SELECT {by}, amount FROM ({left}) AS facts UNION ALL SELECT {by}, -amount FROM ({right}) AS others
        ) AS both_sides GROUP BY {by} HAVING sum(amount) <> 0
    """


def _owed(account: str, kind: str, left: str) -> str:
    """Return a statement with the people who are owed another amount by the ledger than by the facts, less what was handed out."""
    return _equal(
        "staff_id",
        left=f"""{left} UNION ALL
            SELECT staff_id, amount FROM drawer_movement WHERE kind = '{kind}'""",
        right=f"SELECT staff_id, -amount AS amount FROM ledger_entry WHERE account = '{account}'",
    )


RULES = {
    "the entries of a transaction add up to 0, and have its branch and day": """
        SELECT posted.id FROM ledger_transaction AS posted LEFT JOIN ledger_entry AS entry ON entry.transaction_id = posted.id
        GROUP BY posted.id HAVING sum(amount) IS DISTINCT FROM 0 OR count(*) <> posted.entries
            OR bool_or((entry.branch_id, entry.business_day) <> (posted.branch_id, posted.business_day))
    """,
    "what is posted has the day and the Z report of its fact": f"""
        SELECT fact.* FROM ({_FACTS}) AS fact
        JOIN ledger_transaction AS posted ON (posted.source, posted.source_id) = (fact.source, fact.id)
        WHERE (posted.branch_id, posted.business_day, posted.z_number)
            <> (fact.branch_id, fact.business_day, fact.z_number)
    """,
    "every payment and movement of cash is posted, and nothing that is no fact": """
        SELECT coalesce(fact.source, posted.source) AS source, coalesce(fact.id, posted.source_id) AS id FROM (
            SELECT 'payment' AS source, id FROM payment WHERE method <> 'course'
            UNION ALL SELECT 'drawer_movement', id FROM drawer_movement
        ) AS fact FULL JOIN (
            SELECT source, source_id FROM ledger_transaction WHERE source IN ('payment', 'drawer_movement')
        ) AS posted ON (posted.source, posted.source_id) = (fact.source, fact.id)
        WHERE fact.id IS NULL OR posted.source_id IS NULL
        UNION ALL
        SELECT source, source_id FROM ledger_transaction WHERE source = 'sale' AND source_id NOT IN
            (SELECT id FROM sale WHERE status = 'closed')
            OR source = 'refund' AND source_id NOT IN (SELECT id FROM refund)
    """,
    "a guest owes nothing for a closed bill, and is owed what was paid for an open one": f"""
        SELECT sale.id, sale.status, sale.paid, coalesce(sum(entry.amount), 0)::bigint AS receivable
        FROM sale LEFT JOIN ({_OF_BILLS}) AS fact ON fact.sale_id = sale.id
        LEFT JOIN ledger_transaction AS posted ON (posted.source, posted.source_id) = (fact.source, fact.source_id)
        LEFT JOIN ledger_entry AS entry ON entry.transaction_id = posted.id AND entry.account = 'receivable'
        GROUP BY sale.id
        HAVING coalesce(sum(entry.amount), 0) <> CASE sale.status WHEN 'open' THEN -sale.paid ELSE 0 END
    """,
    "a bill is paid by its payments less what was given back before it was closed": """
        SELECT sale.id FROM sale WHERE paid <> coalesce((SELECT sum(amount) FROM payment WHERE sale_id = sale.id), 0)
            - coalesce((
                SELECT sum(amount) FROM refund WHERE sale_id = sale.id AND goodwill = 0 AND NOT EXISTS (
                    SELECT FROM refund_part WHERE refund_id = refund.id AND payment_id IS NULL
                )
            ), 0)
            OR status = 'closed' AND paid <> total + tip OR paid > total + tip
    """,
    "a bill costs what its lines cost, and its tip is that of its people": """
        SELECT sale.id FROM sale
        WHERE total <> coalesce((SELECT sum(gross) FROM sale_line WHERE sale_id = sale.id), 0)
            OR tip <> coalesce((SELECT sum(amount) FROM tip_share WHERE sale_id = sale.id), 0)
    """,
    "a line has the tax of its price, or of the session that pays it": f"""
        SELECT line.id, line.gross, line.tax FROM sale_line AS line JOIN sale ON sale.id = line.sale_id AND sale.status <> 'void'
        LEFT JOIN course_session AS session ON session.id = line.course_session_id
        WHERE session.id IS NULL AND line.course_line_id IS NULL AND line.tax <> {_TAX.format("line.gross")}
            OR (session.gross, session.gross - session.net) <> (line.gross, line.tax)
    """,
    "the bills of a branch and year are numbered without gaps": """
        SELECT branch_id, year, array_agg(number ORDER BY number) AS numbers FROM sale WHERE number IS NOT NULL
        GROUP BY branch_id, year HAVING min(number) <> 1 OR max(number) <> count(*)
        UNION ALL
        SELECT branch_id, bill_year, ARRAY[bill_number] FROM till WHERE bill_number <> coalesce(
            (SELECT max(number) FROM sale WHERE (sale.branch_id, sale.year) = (till.branch_id, till.bill_year)), 0)
    """,
    "what is refunded of a line, a tip or a payment is the sum of the refunds": """
        SELECT kind, id, amount, refunded, parts FROM (
            SELECT 'line' AS kind, id, gross AS amount, refunded,
                (SELECT sum(amount) FROM refund_part WHERE sale_line_id = line.id) AS parts FROM sale_line AS line
            UNION ALL SELECT 'tip', id, amount, refunded,
                (SELECT sum(amount) FROM refund_part WHERE tip_share_id = tip_share.id) FROM tip_share
            UNION ALL SELECT 'payment', id, amount, refunded,
                (SELECT sum(amount) FROM refund_part WHERE payment_id = payment.id) FROM payment
        ) AS refundable WHERE refunded <> coalesce(parts, 0) OR refunded > amount
    """,
    "a refund is the sum of what it is for, and of the payments to which it goes": """
        SELECT refund.id FROM refund JOIN refund_part AS part ON part.refund_id = refund.id GROUP BY refund.id
        HAVING coalesce(sum(part.amount) FILTER (WHERE payment_id IS NOT NULL), 0) <> refund.amount
            OR (goodwill > 0 OR bool_or(payment_id IS NULL))
                AND goodwill + coalesce(sum(part.amount) FILTER (WHERE payment_id IS NULL), 0) <> refund.amount
    """,
    "the tax of all refunds of a line is that of the part that is refunded": f"""
        SELECT line.id, line.tax, line.refunded, sum(part.tax)::bigint AS refunded_tax FROM sale_line AS line
        JOIN refund_part AS part ON part.sale_line_id = line.id GROUP BY line.id
        HAVING sum(part.tax) > line.tax OR line.refunded = line.gross AND sum(part.tax) <> line.tax
            OR line.kind <> 'course' AND NOT ({_COVERED}) AND sum(part.tax) <> {_TAX.format("refunded")}
    """,
    "a line can be billed again when its bill was given up or it was refunded whole": """
        SELECT line.id FROM sale_line AS line JOIN sale ON sale.id = line.sale_id
        WHERE line.is_live <> (sale.status <> 'void' AND (line.refunded < line.gross OR line.gross = 0))
    """,
    "money is where the payments put it": _equal(
        "branch_id",
        "account",
        left="""
            SELECT payment.branch_id, CASE method WHEN 'transfer' THEN 'bank' ELSE method END AS account, amount
            FROM payment WHERE method IN ('card', 'transfer')
            UNION ALL SELECT payment.branch_id, CASE method WHEN 'transfer' THEN 'bank' ELSE method END, -part.amount
            FROM payment JOIN refund_part AS part ON part.payment_id = payment.id WHERE method IN ('card', 'transfer')
            UNION ALL SELECT deposit.branch_id, 'bank', entry.amount FROM deposit_entry AS entry
            JOIN deposit ON deposit.id = deposit_id WHERE kind IN ('paid', 'returned')
            UNION ALL SELECT branch_id, 'bank', amount - applied - returned FROM bank_transfer WHERE """
        + _LIVE_TRANSFER
        + " UNION ALL SELECT branch_id, 'unmatched', applied + returned - amount FROM bank_transfer WHERE "
        + _LIVE_TRANSFER,
        right="SELECT branch_id, account, amount FROM ledger_entry WHERE account IN ('card', 'bank', 'unmatched')",
    ),
    "a transfer has paid what its payments and deposits say": """
        SELECT id, applied FROM bank_transfer
        WHERE applied <> coalesce((SELECT sum(amount) FROM payment WHERE bank_transfer_id = bank_transfer.id), 0)
            + coalesce((SELECT sum(amount) FROM deposit_entry WHERE source_id = bank_transfer.id), 0)
    """,
    "the cash of a drawer is what was counted and what has moved since": """
        SELECT session.id, session.expected, moved.cash, posted.cash AS posted FROM drawer_session AS session
        JOIN till ON till.branch_id = session.branch_id
        CROSS JOIN LATERAL (SELECT coalesce(session.z_number, till.z_number) AS z) AS report
        CROSS JOIN LATERAL (
            SELECT session.opening
                + coalesce((SELECT sum(amount) FROM drawer_movement WHERE drawer_session_id = session.id), 0)
                + coalesce((SELECT sum(amount) FROM payment
                    WHERE method = 'cash' AND (branch_id, z_number) = (session.branch_id, report.z)), 0)
                - coalesce((SELECT sum(part.amount) FROM refund JOIN refund_part AS part ON part.refund_id = refund.id
                    JOIN payment ON payment.id = part.payment_id
                    WHERE method = 'cash' AND (refund.branch_id, refund.z_number) = (session.branch_id, report.z)), 0)
                AS cash
        ) AS moved
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(entry.amount), 0) AS cash FROM ledger_transaction AS posted
            JOIN ledger_entry AS entry ON entry.transaction_id = posted.id AND entry.account = 'cash'
            WHERE posted.branch_id = session.branch_id AND posted.z_number <= report.z
        ) AS posted
        WHERE session.expected <> moved.cash OR posted.cash <> coalesce(session.closing - session.to_safe, moved.cash)
    """,
    "a Z report is the ledger of its number, and they are numbered without gaps": """
        SELECT session.branch_id, session.z_number, account, printed.amount::bigint AS printed, posted.amount AS posted
        FROM drawer_session AS session CROSS JOIN LATERAL jsonb_each_text(session.z -> 'accounts') AS printed (account, amount)
        FULL JOIN (
            SELECT t.branch_id, t.z_number, e.account, sum(e.amount) AS amount
            FROM ledger_transaction AS t JOIN ledger_entry AS e ON e.transaction_id = t.id
            JOIN till ON till.branch_id = t.branch_id AND t.z_number < till.z_number GROUP BY 1, 2, 3
        ) AS posted USING (branch_id, z_number, account)
        WHERE coalesce(printed.amount::bigint, 0) <> coalesce(posted.amount, 0)
        UNION ALL
        SELECT till.branch_id, till.z_number, NULL, count(closed.id), max(closed.z_number) FROM till
        LEFT JOIN drawer_session AS closed ON closed.branch_id = till.branch_id AND closed.closed_at IS NOT NULL
        GROUP BY till.branch_id HAVING count(closed.id) <> till.z_number - 1 OR max(closed.z_number) <> till.z_number - 1
        UNION ALL
        SELECT t.branch_id, t.z_number, NULL, NULL, NULL FROM ledger_transaction AS t JOIN till ON till.branch_id = t.branch_id
        WHERE t.z_number NOT BETWEEN 1 AND till.z_number
    """,
    "the balance of a gift card is the sum of its entries, and of what was paid with it": """
        SELECT card.id, card.value, card.balance FROM gift_card AS card
        WHERE card.balance < 0 OR card.balance <> (SELECT sum(amount) FROM gift_card_entry WHERE gift_card_id = card.id)
            OR card.value <> (SELECT gross FROM sale_line WHERE id = card.sale_line_id)
            OR coalesce((SELECT sum(refunded - amount) FROM payment WHERE gift_card_id = card.id), 0) <> coalesce((
                SELECT sum(amount) FROM gift_card_entry WHERE gift_card_id = card.id AND kind IN ('redeemed', 'refunded')
            ), 0)
    """,
    "what is owed for gift cards, courses and deposits is in the ledger on every day": _equal(
        "branch_id",
        "business_day",
        "account",
        left="""
            SELECT branch_id, business_day, 'gift_card' AS account, amount FROM gift_card_entry
            UNION ALL SELECT branch_id, business_day, 'course', amount FROM course_entry WHERE amount <> 0
            UNION ALL SELECT branch_id, business_day, 'deposit', entry.amount
            FROM deposit_entry AS entry JOIN deposit ON deposit.id = deposit_id
        """,
        right="""
            SELECT branch_id, business_day, account, -amount AS amount FROM ledger_entry
            WHERE account IN ('gift_card', 'course', 'deposit')
        """,
    ),
    "what is left of a deposit is the sum of its entries, and of what was paid with it": """
        SELECT deposit.id, deposit.amount, deposit.balance FROM deposit
        WHERE balance < 0 OR balance <> coalesce((SELECT sum(amount) FROM deposit_entry WHERE deposit_id = deposit.id), 0)
            OR coalesce((SELECT sum(refunded - amount) FROM payment WHERE deposit_id = deposit.id), 0) <> coalesce((
                SELECT sum(amount) FROM deposit_entry WHERE deposit_id = deposit.id AND kind IN ('used', 'restored')
            ), 0)
    """,
    "a sold course has all its sessions, their shares are its price, and the free ones are owed": """
        SELECT course.id FROM customer_course AS course JOIN course_session AS session ON session.course_id = course.id
        GROUP BY course.id
        HAVING count(*) <> course.sessions OR sum(gross) <> course.price OR sum(session.net) <> course.net
            OR coalesce(sum(session.net) FILTER (WHERE state IN ('free', 'reserved')), 0)
                <> (SELECT sum(amount) FROM course_entry WHERE course_id = course.id)
    """,
    "a session has one live use: the line or the treatment that it pays": """
        SELECT session.id, session.state, line.id AS line_id FROM course_session AS session
        LEFT JOIN sale_line AS line ON line.id = session.sale_line_id LEFT JOIN sale ON sale.id = line.sale_id
        WHERE session.sale_line_id IS NOT NULL AND (
                line.course_session_id IS DISTINCT FROM session.id OR line.refunded > 0 OR sale.status = 'void'
                OR session.is_billed <> (sale.status = 'closed') OR session.state NOT IN ('reserved', 'used')
            )
            OR session.sale_line_id IS NULL AND session.is_billed
        UNION ALL
        SELECT session.id, session.state, line.id FROM sale_line AS line
        JOIN course_session AS session ON session.id = line.course_session_id
        WHERE line.refunded = 0 AND session.sale_line_id IS DISTINCT FROM line.id
    """,
    "a session that pays a closed bill is one payment of its share": """
        SELECT session.id FROM course_session AS session
        WHERE coalesce((SELECT sum(amount - refunded) FROM payment WHERE course_session_id = session.id), 0)
            <> CASE WHEN session.is_billed THEN session.gross ELSE 0 END
    """,
    "revenue, fees and tax are those of the closed bills and the used sessions, less the refunds": _equal(
        "account",
        left=f"""
            SELECT CASE line.kind WHEN 'fee' THEN 'fee' ELSE 'revenue' END AS account, line.gross - line.tax AS amount
            FROM sale_line AS line JOIN sale ON sale.id = line.sale_id
            WHERE status = 'closed' AND NOT ({_COVERED}) AND line.kind IN ('service', 'product', 'fee')
            UNION ALL SELECT 'vat', line.tax FROM sale_line AS line JOIN sale ON sale.id = line.sale_id
            WHERE status = 'closed' AND NOT ({_COVERED})
            UNION ALL SELECT CASE line.kind WHEN 'fee' THEN 'fee' ELSE 'revenue' END, part.tax - part.amount
            FROM refund_part AS part JOIN sale_line AS line ON line.id = part.sale_line_id
            WHERE NOT ({_COVERED}) AND line.kind IN ('service', 'product', 'fee')
            UNION ALL SELECT 'vat', -part.tax FROM refund_part AS part JOIN sale_line AS line ON line.id = part.sale_line_id
            WHERE NOT ({_COVERED})
            UNION ALL SELECT 'revenue', session.net FROM course_session AS session
            JOIN course_entry AS entry ON entry.id = session.entry_id WHERE entry.kind = 'consumed'
        """,
        right="SELECT account, -amount AS amount FROM ledger_entry WHERE account IN ('revenue', 'fee', 'vat')",
    ),
    "staff are owed the tips that were not refunded or handed out": _owed(
        "tip",
        "tip",
        """SELECT staff_id, amount - refunded AS amount FROM tip_share JOIN sale ON sale.id = sale_id
            WHERE status = 'closed'""",
    ),
    "staff are owed the commissions that were not taken back or paid": _owed(
        "commission", "commission", "SELECT staff_id, amount FROM commission_entry"
    ),
    "a commission is that of what the guest has paid in the end": """
        SELECT entry.sale_line_id, entry.staff_id, sum(entry.amount)::bigint AS amount, sum(base)::bigint AS base
        FROM commission_entry AS entry JOIN sale_line AS line ON line.id = entry.sale_line_id
        GROUP BY entry.sale_line_id, entry.staff_id, line.gross, line.refunded
        HAVING sum(base) <> line.gross - line.refunded OR sum(entry.amount) < 0
            OR line.gross > 0 AND line.refunded = line.gross AND sum(entry.amount) <> 0
        UNION ALL
        SELECT NULL, NULL, sum(amount)::bigint, NULL FROM (
            SELECT amount FROM commission_entry UNION ALL
            SELECT -amount FROM ledger_entry WHERE account = 'commission_cost'
        ) AS both_sides HAVING sum(amount) <> 0
    """,
    "a bill that is refunded whole leaves nothing": f"""
        SELECT fact.sale_id, entry.account, sum(entry.amount)::bigint AS amount FROM ({_OF_BILLS}) AS fact
        JOIN ledger_transaction AS posted ON (posted.source, posted.source_id) = (fact.source, fact.source_id)
        JOIN ledger_entry AS entry ON entry.transaction_id = posted.id
        JOIN sale ON sale.id = fact.sale_id
        WHERE entry.account IN ('revenue', 'fee', 'vat', 'tip', 'commission', 'commission_cost', 'gift_card', 'course', 'forfeited')
            AND sale.status = 'closed' AND fact.source <> 'payment'
            AND NOT EXISTS (SELECT FROM sale_line AS line WHERE sale_id = sale.id AND (refunded < gross OR gross = 0 OR {_COVERED}))
            AND NOT EXISTS (SELECT FROM tip_share WHERE sale_id = sale.id AND refunded < amount)
            AND NOT EXISTS (SELECT FROM refund_part AS part JOIN payment ON payment.id = part.payment_id
                WHERE payment.sale_id = sale.id AND method = 'gift_card')
        GROUP BY fact.sale_id, entry.account HAVING sum(entry.amount) <> 0
    """,
    "products are in stock or were sold": """
        SELECT stock.product_id, stock.count FROM product_stock AS stock WHERE stock.count <> (
            SELECT sum(pieces) FROM stock_entry AS entry
            WHERE (entry.product_id, entry.branch_id) = (stock.product_id, stock.branch_id)
        )
        UNION ALL
        SELECT product_id, sum(pieces) FROM (
            SELECT product_id, pieces FROM stock_entry WHERE kind = 'sold'
            UNION ALL SELECT product_id, quantity FROM sale_line JOIN sale ON sale.id = sale_id
            WHERE status = 'closed' AND product_id IS NOT NULL
        ) AS both_sides GROUP BY product_id HAVING sum(pieces) <> 0
    """,
}

_ALL = " UNION ALL ".join(
    f"SELECT '{name}' AS rule, to_jsonb(broken)::text AS row FROM ({statement}) AS broken"
    for name, statement in RULES.items()
)


async def broken_rules(connection: asyncpg.Connection | None = None) -> dict[str, list[str]]:
    """Return the rows that break a rule, by rule. One statement, so that it sees one state of the database.

    Args:
        connection: To another database than that of the worker.
    """
    rows = await (run_sql(_ALL) if connection is None else connection.fetch(_ALL))
    broken: dict[str, list[str]] = {}
    for rule, row in rows:
        broken.setdefault(rule, []).append(row)
    return broken


async def figures(connection: asyncpg.Connection | None = None) -> dict[str, Any]:
    """Return how much there is for the rules to hold of: a rule over nothing is worth nothing."""
    tables = (
        "sale",
        "payment",
        "refund",
        "ledger_transaction",
        "drawer_session",
        "course_entry",
        "gift_card_entry",
    )
    counts = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in tables)
    statement = f"SELECT {counts}"
    [row] = await (run_sql(statement) if connection is None else connection.fetch(statement))
    return dict(row)
