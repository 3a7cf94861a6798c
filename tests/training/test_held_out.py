"""What tells that a report is of a place that is scored on."""

from hashlib import sha256

import pytest

import training.held_out
from corpus.selection import Passage
from training.held_out import held_out_reason

PLAIN = "各位代表：\n现在，我代表市人民政府报告工作。"


@pytest.mark.parametrize(
    ("source", "text", "reason"),
    [
        ("政府工作报告-其他地市/赤峰市/2024.md", PLAIN, "its folder names 赤峰市, a test place"),
        ("reports/2024年赤峰市政府工作报告.txt", PLAIN, "its file name names 赤峰市, a test place"),
        ("赤峰市-2024.txt", PLAIN, "its file name"),
        ("a.txt", "---\ntitle: 赤峰市政府工作报告（2024年）\n---\n" + PLAIN, "its beginning names"),
        ("a.txt", "——1月8日在赤峰市第十六届人民代表大会上\n" + PLAIN, "its beginning names"),
        ("a.txt", "赤峰市人民政府市长 某某\n" + PLAIN, "its beginning names"),
        # A city within a held-out province is another place; so is one merely mentioned.
        ("广东省惠州市2020.txt", PLAIN, None),
        ("a.txt", "在广东省惠州市第十届人民代表大会上\n" + PLAIN, None),
        ("a.txt", "我们与赤峰市签订了合作协议。\n" + PLAIN, None),
        ("a.txt", PLAIN + "字" * 200 + "\n赤峰市\n", None),
        # Nothing here says where it is from.
        ("赤峰/24.txt", PLAIN, None),
    ],
)
def test_places_by_name(source, text, reason):
    found = held_out_reason(text, source=source)
    assert found is None if reason is None else found.startswith(reason)


LISTED = "第一段说的是项目。\n第二段说的是投资。"


@pytest.fixture
def listed(monkeypatch):
    passage = Passage(
        id="test-900", split="test", stratum="dense", path="k/某市/2020.md", place="某市",
        year=2020, start=40, end=40 + len(LISTED), sha256=sha256(LISTED.encode()).hexdigest(),
    )  # fmt: skip
    caches = (training.held_out._held_out, training.held_out._naming, training.held_out._by_length)
    for cached in caches:
        cached.cache_clear()
    monkeypatch.setattr("training.held_out.load_passages", lambda: [passage])
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (LISTED, True),
        (f"别的。\n\n{LISTED}\n还有。", True),
        (f"{LISTED}同一行还有。", True),
        (f"别的。\r\n{LISTED}".replace("目。\n", "目。\r\n"), True),
        (LISTED.replace("投资", "资金"), False),
        (LISTED.replace("\n", ""), False),
        (LISTED[:-1], False),
    ],
)
def test_listed_passages_by_hash(listed, text, found):
    reason = held_out_reason(text, source="a.txt")
    assert reason == ("it holds test-900 of 某市, a test place" if found else None)
