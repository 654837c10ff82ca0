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
