"""What the office says after a deed: one line on the next page, once, where the reader's focus is put."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_noop

COOKIE = "done"
SECONDS = 60
# By the name of the page and of the deed, or by the deed alone where only one page has it.
WORDS = {
    "office-listing.resume": gettext_noop("Done: the listing goes on."),
    "announce": gettext_noop("Done: the listing is announced."),
    "announce_sheet": gettext_noop("Done: every submitted listing of the sheet is announced."),
    "send_back": gettext_noop("Done: the listing went back to the seller with your reason."),
    "approve_change": gettext_noop("Done: the change is approved and announced."),
    "refuse_change": gettext_noop("Done: the change is refused; the seller reads your reason."),
    "approve_withdrawal": gettext_noop("Done: the listing is taken back; deposits go back and every buyer is told."),
    "refuse_withdrawal": gettext_noop("Done: taking it back is refused; the seller reads your reason."),
    "suspend": gettext_noop("Done: the listing is suspended."),
    "terminate": gettext_noop("Done: the listing is ended for good; every deposit goes back."),
    "office-lot.resume": gettext_noop("Done: the auction goes on."),
    "pause": gettext_noop("Done: the auction stands; your reason is published."),
    "ban": gettext_noop("Done: the bidder is excluded and its bids are void."),
    "annul": gettext_noop("Done: the auction is annulled."),
    "office-deal.enter": gettext_noop("Done: the recordal is entered; a second person confirms it."),
    "office-deal.confirm": gettext_noop("Done: the deal is settled; price and title are exchanged."),
    "office-deal.return": gettext_noop("Done: the recordal went back to whoever entered it."),
    "propose_default": gettext_noop("Done: the default is proposed; a second person confirms it."),
    "confirm_default": gettext_noop("Done: the default is confirmed and the deposit forfeited."),
    "propose_annulment": gettext_noop("Done: the annulment is proposed; a second person confirms it."),
    "confirm_annulment": gettext_noop("Done: the deal is annulled; everything paid goes back."),
    "return_proposal": gettext_noop("Done: the proposal went back to whoever made it."),
    "withdraw_proposal": gettext_noop("Done: the proposal is withdrawn."),
    "dismiss": gettext_noop("Done: the objection is dismissed; every term runs on."),
    "uphold": gettext_noop("Done: the objection is upheld and the deal annulled."),
    "propose_split": gettext_noop("Done: the division is entered; a second person confirms it."),
    "lift_split": gettext_noop("Done: the lifting is proposed; a second person confirms it."),
    "confirm_split": gettext_noop("Done: it is confirmed; the proceeds are divided as it says."),
    "refuse_split": gettext_noop("Done: it went back to whoever entered it."),
    "withdraw_split": gettext_noop("Done: the division is withdrawn."),
    "admit": gettext_noop("Done: the buyer is admitted."),
    "office-intent.refuse": gettext_noop("Done: the buyer is refused and the deposit goes back."),
    "hide": gettext_noop("Done: the question is hidden."),
    "office-verification.accept": gettext_noop("Done: the party is verified."),
    "reject": gettext_noop("Done: the verification is refused; the party reads your reason."),
    "office-claim.accept": gettext_noop("Done: the claim is accepted; the right is in its party's hand."),
    "office-claim.refuse": gettext_noop("Done: the claim is refused; the party reads your reason."),
    "office-import.accept": gettext_noop("Done: the import is being put on the register."),
    "drop": gettext_noop("Done: the import is dropped; nothing of it stands."),
    "office-payment.confirm": gettext_noop("Done: the annual fee is confirmed."),
    "office-payment.refuse": gettext_noop("Done: the reported fee is refused; whoever reported it is told."),
    "office-transfer-new.enter": gettext_noop("Done: the transfer is entered; a second person confirms it."),
    "office-transfer.confirm": gettext_noop("Done: the title moved."),
    "office-transfer.return": gettext_noop("Done: the entry went back to whoever made it."),
    "contact": gettext_noop("Done: messages go there from now on."),
    "password": gettext_noop("Done: the password is changed; every other browser is logged out."),
    "accept_role": gettext_noop("Done: the role is yours from now on."),
    "end_browser": gettext_noop("Done: that browser is logged out."),
    "give_up": gettext_noop("Done: the role is given up."),
    "nature": gettext_noop("Done: what kind of body the party is stands noted; its administrators are told."),
    "entry": gettext_noop("Done: the entry stands on the register."),
    "rename": gettext_noop("Done: the holder bears the new name."),
    "burden": gettext_noop("Done: the burden stands on the register."),
    "release": gettext_noop("Done: the burden is released."),
    "agree": gettext_noop("Done: the consent is recorded."),
    "fees": gettext_noop("Done: the fees are confirmed as of that day."),
    "take": gettext_noop("Done: the statement is taken in."),
    "fetch": gettext_noop("Done: the bank was asked and its statement taken in."),
    "propose_set_aside": gettext_noop("Done: setting it aside is proposed; a second person confirms it."),
    "set_aside": gettext_noop("Done: the statement is set aside."),
    "propose": gettext_noop("Done: the match is proposed; a second person confirms it."),
    "confirm_match": gettext_noop("Done: the match is confirmed and the money placed."),
    "decline_match": gettext_noop("Done: the money is back in suspense."),
    "bank.return": gettext_noop("Done: a payout back to the payer is made; a second person checks it."),
    "make": gettext_noop("Done: the payout is made; a second person checks it."),
    "bank.check": gettext_noop("Done: the payout is released; it leaves with the next instructions to the bank."),
    "bank.refuse": gettext_noop("Done: the payout is refused."),
    "send": gettext_noop("Done: the instructions are with the bank."),
    "prepare": gettext_noop("Done: the payouts are prepared; a second person checks them."),
    "bank-dues.check": gettext_noop("Done: the payouts are released; they leave with the next instructions."),
    "pay": gettext_noop("Done: the bank has the payment; the exchange hears of it by statement."),
    "take_back": gettext_noop("Done: the bank took the line back."),
    "office-people.confirm": gettext_noop("Done: the role is confirmed."),
    "office-person.confirm": gettext_noop("Done: the role is confirmed."),
    "grant": gettext_noop("Done: the role is granted; where it takes two, a second administrator confirms it."),
    "withdraw": gettext_noop("Done: the role is withdrawn."),
    "close": gettext_noop("Done: the log-in is closed."),
    "office-index-lists.bring": gettext_noop("Done: the list is brought; a second person confirms it."),
    "office-index-list.confirm": gettext_noop("Done: the list is confirmed and counts from its day on."),
    "office-index-list.withdraw": gettext_noop("Done: the list is withdrawn and counts no more."),
    "office-measures.upload": gettext_noop("Done: the draft is kept; check it, then ask for approval."),
    "office-measure-new.row": gettext_noop("Done: the row is written into a draft; check it, then ask for approval."),
    "office-measure-new.copy": gettext_noop("Done: the draft is kept; check it, then ask for approval."),
    "office-measure-text.save": gettext_noop("Done: the text is kept as a draft."),
    "office-measure-text.ask": gettext_noop("Done: approval is asked for; a second person reads the text."),
    "office-measure-text.approve": gettext_noop("Done: the text rules from now on; earlier answers stay as they were."),
    "office-measure-text.return": gettext_noop("Done: the text went back to whoever drafted it."),
    "office-measure-text.withdraw": gettext_noop("Done: the draft is withdrawn."),
    "office-originals.bring": gettext_noop("Done: the original is kept with its hash and read into paragraphs."),
    "office-original.link": gettext_noop("Done: the clause stands on these words."),
    "office-original.unlink": gettext_noop("Done: the link counts no more."),
    "audit.check": gettext_noop("Done: the check is asked for; its result stands on this page."),
    "ten": gettext_noop("Done: the clock moves on."),
    "hour": gettext_noop("Done: the clock moves on."),
    "day": gettext_noop("Done: the clock moves on."),
    "deadline": gettext_noop("Done: the clock moves on."),
    "eve": gettext_noop("Done: the clock moves on."),
    "note_fact": gettext_noop("Done: the fact stands in the file."),
    "withdraw_fact": gettext_noop("Done: the statement is withdrawn and stays in the history."),
    "give_consent": gettext_noop("Done: the consent holds from now on."),
    "end_consent": gettext_noop("Done: the consent is ended."),
    "take_facts": gettext_noop("Done: the sheet is taken in."),
    "put_place": gettext_noop("Done: the place stands."),
    "bring_places": gettext_noop("Done: all places of the sheet stand."),
    "end_place": gettext_noop("Done: the place is ended."),
    "put_tenancy": gettext_noop("Done: who sits there stands noted."),
    "instant": gettext_noop("Done: the clock moves on."),
}


def tell(request: HttpRequest, answer: HttpResponse, deed: str) -> HttpResponse:
    """The deed is told on the page that this answer leads to, and on no other."""
    page = request.resolver_match.url_name if request.resolver_match else ""
    name = next((one for one in (f"{page}.{deed}", deed) if one in WORDS), "")
    if name:
        there = urlsplit(answer["Location"]).path
        secure = request.is_secure()
        answer.set_cookie(COOKIE, name, SECONDS, path=there, secure=secure, httponly=True, samesite="Lax")
    return answer


def word(request: HttpRequest) -> str:
    """What was done a moment ago, in the language of the page; a refusal stands alone."""
    name = request.COOKIES.get(COOKIE, "")
    return gettext(WORDS[name]) if name in WORDS and not hasattr(request, "house_refused") else ""


def once(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """What a page has told it does not tell again."""
    if COOKIE in request.COOKIES:
        answer.delete_cookie(COOKIE, path=request.path, samesite="Lax")
    return answer
