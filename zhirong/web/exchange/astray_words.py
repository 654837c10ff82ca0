"""What the page says of money that came under a code and does not fit it: the sum, the difference, the way out."""

from __future__ import annotations

from django.utils.translation import gettext

from zhirong.exchange import terms
from zhirong.ledger.astray import Came
from zhirong.web import filters


def said(one: Came) -> tuple[str, str]:
    """What came, and what its payer can do; a stranger who paid under the code is not named."""
    facts = {
        "amount": filters.yuan(one.amount_fen),
        "expected": filters.yuan(one.expected_fen),
        "rest": filters.yuan(one.rest_fen),
        "memo": one.code,
        "by": filters.moment(terms.unplaced_ends(one.at)) if one.at else "",
    }
    heads = {
        "short": gettext("%(amount)s yuan arrived where %(expected)s yuan was asked."),
        "enough": gettext("%(amount)s yuan arrived, but not as one payment of %(expected)s yuan."),
        "other_payer": gettext("%(amount)s yuan arrived under this code from an account in another name."),
        "unasked": gettext("%(amount)s yuan arrived under a code that waits for nothing any more."),
        "no_code": gettext("%(amount)s yuan arrived from an account in your name without a payment code: “%(memo)s”."),
    }
    ways = {
        "short": gettext(
            "%(rest)s yuan is missing, so it waits for the exchange and does not count yet. Either pay %(expected)s "
            "yuan anew: that counts at once, and what came goes back. Or pay the missing %(rest)s yuan under the same "
            "code: it counts once two persons of the exchange have placed both."
        ),
        "enough": gettext(
            "The sum is there. It counts once two persons of the exchange have placed it, and anything above goes "
            "back; you need do nothing."
        ),
        "other_payer": gettext(
            "It waits for the exchange and does not count: two persons place it or send it back to where it came from. "
            "Pay %(expected)s yuan from an account in the registered name: that counts at once."
        ),
        "unasked": gettext(
            "It waits for the exchange: two persons place it, and it goes back to its payer. You need do nothing."
        ),
        "no_code": gettext(
            "Nobody awaits anything under these words, so it counts for nothing yet. By %(by)s two persons of the "
            "exchange place it with you or send it back where it came from. A deposit or price that you still owe "
            "counts at once when you pay it anew under its own payment code."
        ),
    }
    return heads[one.misfit] % facts, ways[one.misfit] % facts
