"""Builders for the papers: one deal of two universities' patent, told with made-up names and real check digits."""

from __future__ import annotations

from datetime import UTC, date, datetime

from zhirong.papers import facts
from zhirong.papers.facts import Both

HOUSE = facts.House(
    name=Both("福田区知识产权运营中心（演示）", "Futian IP Operations Centre (demo)"),
    address=Both("深圳市福田区", "Futian, Shenzhen"),
    site="https://ip.example.cn",
)
SELLER = facts.Side(name="深圳市云岭智能科技有限公司", code="91440300MA5EXAMP0L", address="深圳市福田区深南大道 1 号")
CO_OWNER = facts.Side(name="南方理工大学", code="12440000455855XXX7")
BUYER = facts.Side(name="广东海川视觉技术有限公司", code="91440101MA59TEST3K", address="广州市天河区体育西路 2 号")
RIGHT = facts.RightLine(
    title="一种多光谱图像的边缘识别方法及装置",
    kind=Both("发明专利", "Invention patent"),
    number="ZL 2019 1 1324567.3",
    publication_number="CN 111047602 B",
    filed_on=date(2019, 12, 20),
    granted_on=date(2022, 3, 4),
    expires_on=date(2039, 12, 20),
    holders="深圳市云岭智能科技有限公司 70%，南方理工大学 30%",
)
SECOND = facts.RightLine(
    title="多光谱相机的标定装置",
    kind=Both("实用新型", "Utility model"),
    number="ZL 2019 2 1898050.0",
    publication_number="CN 210867011 U",
    filed_on=date(2019, 11, 6),
)
RULES = Both("平台竞价规则（限时竞价）", "Platform rule (timed auction)")
DEMO_RULES = Both("演示规则集", "Demo rule set")


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """An instant of December 2026, given on the clock of UTC."""
    return datetime(2026, 12, day, hour, minute, second, tzinfo=UTC)


def a_leaf(zh: str, en: str, number: int) -> facts.Leaf:
    """An entry of the record whose hash nobody recomputes."""
    return facts.Leaf(what=Both(zh, en), number=number, hash=f"{number:064x}"[::-1], at=at(1, 1))


def certificate(*, is_demo: bool = False, rights: tuple[facts.RightLine, ...] = (RIGHT,)) -> facts.Certificate:
    """A settled sale at 1,280,000 yuan."""
    return facts.Certificate(
        house=HOUSE,
        number="ZRC-2026-000518",
        issued_at=at(21, 2),
        listing_number="ZR-2026-0518",
        deal_number="ZRD-2026-0207",
        sellers=(SELLER, CO_OWNER),
        buyers=(BUYER,),
        rights=rights,
        price_fen=1_280_000_00,
        concluded_at=at(1, 7, 14, 8),
        manner=Both("网络竞价", "online auction"),
        bids=24,
        bidders=4,
        rule_set=DEMO_RULES if is_demo else RULES,
        rule_set_code="demo @ 2026-01-01" if is_demo else "platform @ 2026-01-01",
        is_demo=is_demo,
        deposit_fen=80_000_00,
        seller_fee_fen=25_600_00,
        buyer_fee_fen=19_200_00,
        paid_at=at(7, 3, 20, 41),
        recordal_number="国知局手续合格通知书 2026121800123456",
        recorded_on=date(2026, 12, 18),
        settled_at=at(20, 6, 2, 11),
        leaves=(
            a_leaf("成交", "Hammer", 104_233),
            a_leaf("合同双方接受", "Contract accepted", 104_977),
            a_leaf("交割", "Delivery against payment", 121_806),
        ),
        tree_size=121_930,
        root="9f2b4c6d8e0a1b3c5d7e9f2b4c6d8e0a1b3c5d7e9f2b4c6d8e0a1b3c5d7e9f2b",
        verify_at="https://ip.example.cn/verify/ZRC-2026-000518",
    )


def contract(*, is_demo: bool = False, is_accepted: bool = True) -> facts.Contract:
    """The contract of the same sale."""
    accepted = at(2, 1, 30, 5) if is_accepted else None
    return facts.Contract(
        house=HOUSE,
        number="ZRH-2026-0207",
        made_at=at(1, 8),
        deal_number="ZRD-2026-0207",
        listing_number="ZR-2026-0518",
        sellers=(SELLER, CO_OWNER),
        buyers=(BUYER,),
        rights=(RIGHT, SECOND),
        price_fen=1_280_000_00,
        deposit_fen=80_000_00,
        balance_fen=1_200_000_00,
        payment_within=Both("5 个工作日", "5 working days"),
        recordal_within=Both("30 天", "30 days"),
        rule_set=DEMO_RULES if is_demo else RULES,
        is_demo=is_demo,
        custody_bank=Both("模拟存管银行", "the simulated custody bank"),
        licences=(Both("普通许可一项（备案号 X2023440000123）", "one plain licence (recordal X2023440000123)"),),
        acceptances=(
            facts.Acceptance(
                side=Both("甲方", "Party A"),
                name=SELLER.name,
                at=accepted,
                leaf_number=104_902 if is_accepted else None,
            ),
            facts.Acceptance(
                side=Both("甲方", "Party A"),
                name=CO_OWNER.name,
                at=accepted,
                leaf_number=104_950 if is_accepted else None,
            ),
            facts.Acceptance(side=Both("乙方", "Party B"), name=BUYER.name),
        ),
    )


def fee_note() -> facts.FeeNote:
    """What the buyer owes: two bands."""
    return facts.FeeNote(
        house=HOUSE,
        number="ZRF-2026-0411",
        issued_at=at(2, 2),
        deal_number="ZRD-2026-0207",
        payer=BUYER,
        side=Both("受让方", "transferee"),
        price_fen=1_280_000_00,
        lines=(
            facts.FeeLine(
                band=Both("不超过 100 万元的部分", "up to 1,000,000 yuan"),
                base_fen=1_000_000_00,
                rate="2%",
                fee_fen=20_000_00,
            ),
            facts.FeeLine(
                band=Both("100 万元至 1,000 万元的部分", "from 1,000,000 to 10,000,000 yuan"),
                base_fen=280_000_00,
                rate="1.5%",
                fee_fen=4_200_00,
            ),
        ),
        total_fen=24_200_00,
        due_on=date(2026, 12, 9),
        rule_set=RULES,
        is_demo=False,
        payment_code="ZR7K2M9Q",
    )


def recordal_form() -> facts.Recordal:
    """The request for the first right of the sale."""
    return facts.Recordal(
        house=HOUSE,
        made_at=at(8, 2),
        deal_number="ZRD-2026-0207",
        right=RIGHT,
        before=(SELLER, CO_OWNER),
        after=(BUYER,),
        contract_number="ZRH-2026-0207",
        contract_on=date(2026, 12, 2),
        applicant=facts.Side(name=BUYER.name, code=BUYER.code, address=BUYER.address, contact="陈思齐 138****5678"),
        papers=(
            facts.Paper(name=Both("著录项目变更申报书（本件）", "this request"), is_ready=True),
            facts.Paper(name=Both("转让合同（双方签章）", "contract of sale, signed by both sides"), is_ready=True),
            facts.Paper(name=Both("双方主体资格证明", "proof of identity of both sides"), copies=2),
            facts.Paper(name=Both("专利代理委托书（委托代理的）", "power of attorney, where an agent files")),
        ),
        is_demo=False,
    )


def deposit_receipt() -> facts.DepositReceipt:
    """The deposit of one bidder."""
    return facts.DepositReceipt(
        house=HOUSE,
        number="ZRB-2026-1024",
        issued_at=at(1, 1),
        payer=BUYER,
        listing_number="ZR-2026-0518",
        listing_title=RIGHT.title,
        amount_fen=80_000_00,
        received_at=at(1, 0, 58, 12),
        payment_code="ZR7K2M9Q",
        refund=Both(
            "未成交的，竞价结束后 24 小时内退还", "within 24 hours of the end of the auction, unless the payer wins"
        ),
        rule_set=RULES,
        is_demo=False,
        leaf=a_leaf("保证金冻结", "Deposit held", 104_001),
    )


def statement(entries: int = 3) -> facts.Statement:
    """An account with so many deposits received and none spent."""
    lines = tuple(
        facts.Entry(
            on=date(2026, 12, 1 + turn % 28),
            what=Both("保证金到账", "deposit received"),
            reference=f"ZR-2026-{turn:04d}",
            in_fen=80_000_00,
            balance_fen=80_000_00 * (turn + 1),
        )
        for turn in range(entries)
    )
    return facts.Statement(
        house=HOUSE,
        issued_at=at(31, 2),
        holder=BUYER,
        account="party:7f3a:available",
        from_on=date(2026, 12, 1),
        to_on=date(2026, 12, 31),
        opening_fen=0,
        entries=lines,
        closing_fen=80_000_00 * entries,
        held_fen=80_000_00,
        is_demo=False,
    )
