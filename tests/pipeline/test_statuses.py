"""Rules for the class and modality of a status, and for what is none."""

import pytest

from pipeline.rules.statuses import is_denied, told_class, told_modality


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("项目将于2024年6月开工", True),
        ("预计年底投产", True),
        ("计划于2025年3月建成投产", True),
        ("年度计划投资3亿元的项目投产", False),
        ("力争上半年开工", True),
        ("力争早竣工、早投产", True),
        ("全年计划开工", True),
        ("计划2025年三季度开工", True),
        ("拟于年内开工", True),
        ("按计划开工", False),
        ("争取年底前竣工", True),
        ("成功争取开工", False),
        ("明年一季度开工", True),
        ("二期即将投产", True),
        ("预计投资6亿元，已开工", False),
        ("（预计投资6亿元）已开工", False),
        ("将军庙铁路已开工", False),
        ("项目已于3月开工", False),
        ("开工", False),
    ],
)
def test_what_is_announced_in_its_clause(text, expected):
    assert (told_modality(text, len(text) - 2, len(text)) == "future") is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("项目已开工", True),
        ("项目已于2021年9月开工", True),
        ("项目已在5月底前全面投产", True),
        ("项目已经顺利竣工", True),
        ("项目正在抓紧施工", True),
        ("项目正加快建设", True),
        ("进展情况：主体施工", True),
        ("计划进度：主体施工", False),
        ("项目正式开工", False),
        ("真正破土", False),
        ("正在洽谈的项目开工", False),
        ("已签约项目尽快开工", False),
        ("项目已投入3亿元,年底竣工", False),
        ("项目开工", False),
    ],
)
def test_what_is_said_to_be_done(text, expected):
    assert (told_modality(text, len(text) - 2, len(text)) == "actual") is expected


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        ("后，预计可实现产值60亿元", "future"),
        ("后，年可接待游客1000万人次", "future"),
        ("后将成为最大的基地", "future"),
        ("以后,有望安置300人就业", "future"),
        ("后峡工业基地", None),
        ("，预计年产值60亿元", None),
        ("后，产值达到60亿元", None),
        ("后年产值达到5亿元", None),
        ("后，年均纳税1亿元", None),
        ("后能源消耗下降", None),
        ("后可再生能源装机达到3万千瓦", None),
    ],
)
def test_what_is_to_come_of_it(behind, expected):
    assert told_modality(f"项目投产{behind}", 2, 4) == expected
    assert told_modality(f"项目已投产{behind}", 3, 5) == "actual"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("停工", True),
        ("终止", True),
        ("停缓建", True),
        ("关闭退出", True),
        ("复工", False),
        ("开工建设", False),
    ],
)
def test_words_of_giving_up(status, expected):
    assert (told_class(status, 0, len(status)) == "stopped") is expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("建成投产", "operating"),
        ("竣工验收", "completed"),
        ("主体竣工", "under_construction"),
        ("封顶", "under_construction"),
        ("签约落地", "signed"),
        ("签约立项", None),
        ("前期工作", "planned"),
        ("跟踪洽谈", "negotiating"),
        ("取消立项", "stopped"),
        ("推进", None),
        ("建成未投产", "completed"),
        ("竣工但尚未投用", "completed"),
        ("解除投资协议", "stopped"),
        ("暂停建设", "stopped"),
        ("进入设备调试阶段", "under_construction"),
        ("设备安装", "under_construction"),
        ("安装设备", "under_construction"),
        ("签订框架协议", "signed"),
        ("终止协议", "stopped"),
        ("办理施工许可证", "planned"),
        ("桩基施工", "under_construction"),
        ("主体施工", "under_construction"),
        ("明确投资主体", None),
        ("点火", "operating"),
        ("停止运营", "stopped"),
        ("停运", "stopped"),
        ("撤项", "stopped"),
        ("完成施工", None),
        ("前期进展顺利", None),
        ("竣工验收备案手续", None),
        ("达成意向", "negotiating"),
        ("主体结构设备安装", "under_construction"),
    ],
)
def test_the_last_stage_is_the_class(status, expected):
    assert told_class(status, 0, len(status)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("项目主体已完工", "under_construction"),
        ("厂房主体结构全面竣工", "under_construction"),
        ("项目主体完成，附属工程竣工", "completed"),
        ("项目主体已投产", "operating"),
        ("主体育场竣工", "completed"),
        ("主体工程已通车", "completed"),
        ("建设主体项目，竣工", "completed"),
    ],
)
def test_the_main_structure_is_not_the_whole(text, expected):
    assert told_class(text, len(text) - 2, len(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("项目尚未开工", True),
        ("项目未能如期投产", True),
        ("项目至今没有签约", True),
        ("未来三年开工", False),
        ("手续未办完，开工", False),
        ("因资金没有落实而停工", False),
        ("甲项目，未来", False),
    ],
)
def test_what_is_denied(text, expected):
    assert is_denied(text, len(text) - 2, len(text)) is expected


@pytest.mark.parametrize(
    ("status", "expected"), [("未开工", True), ("尚未投产", True), ("建成未投产", False)]
)
def test_what_denies_itself(status, expected):
    assert is_denied(f"项目{status}", 2, 2 + len(status)) is expected


@pytest.mark.parametrize("status", ["试生产", "建成试产", "投入试运行", "试运营"])
def test_trials_are_operation(status):
    assert told_class(status, 0, len(status)) == "operating"


@pytest.mark.parametrize(
    ("text", "year", "expected"),
    [
        ("项目于去年底竣工", None, "actual"),
        ("项目去年11月开工", None, "actual"),
        ("去年签约的项目开工", None, None),
        ("项目于2022年5月竣工", 2023, "actual"),
        ("项目于2022年5月竣工", 2022, "actual"),
        ("项目于2022年5月竣工", 2021, None),
        ("项目2022年3月开工，11月竣工", 2022, "actual"),
        ("项目2022年3月开工，12月底前竣工", 2022, None),
        ("项目于2022年6月底前竣工", 2022, None),
        ("项目计划2022年3月开工，11月竣工", 2022, None),
        ("项目于2022年6月中旬前竣工", 2022, None),
        ("2022年安排项目：甲项目2022年3月开工", 2022, None),
        ("2022年3月签约。项目11月竣工", 2022, None),
        ("项目2022年竣工", 2022, None),
        ("项目计划总投资3亿元，2022年6月竣工", 2022, "actual"),
        ("加快项目建设，2022年10月竣工", 2022, None),
        ("项目6月28日竣工", None, "actual"),
        ("拟投资120亿元建设", None, "future"),
        ("拟投资120亿元，项目建设", None, None),
        ("拟投资120亿元的项目竣工", None, None),
        ("力争项目6月28日竣工", None, "future"),
        ("项目定于6月28日竣工", None, None),
        ("项目6月28日前竣工", None, None),
        ("项目6月竣工", None, None),
        ("推动项目于2022年6月开工", 2022, None),
        ("合同约定2022年6月开工", 2022, None),
        ("预计总投资3亿元的项目已竣工", None, "actual"),
        ("预计年产值3亿元的项目竣工", None, None),
        ("预计项目已竣工", None, "actual"),
        ("预计产值高的项目年底竣工", None, None),
        ("今年将有总投资9亿元的项目竣工", None, "future"),
        ("预计年底公司的项目竣工", None, "future"),
        ("项目于2022年5月竣工", None, None),
        ("项目预计2022年5月竣工", 2023, "future"),
        ("1—9月，全区项目开工", None, "actual"),
        ("前三个月，引进企业，项目开工", None, "actual"),
        ("截至10月底，甲项目投产，乙项目开工", None, "actual"),
        ("1-9月增长8%。项目开工", None, None),
        ("1-9月，项目有望开工", None, "future"),
        ("4-6月，项目开工", None, None),
        ("2026年1-6月，项目开工", 2025, None),
        ("2025年1-6月，项目开工", 2025, "actual"),
        ("截至10月底，甲项目完工，12月底前开工", None, None),
        ("截至目前，甲项目投产，下半年开工", None, None),
        ("今年以来，加快推进，年底前竣工", None, None),
        ("截至目前，要抓紧建设，早日投产", None, None),
        ("截至2026年底，项目建成", 2025, None),
        ("报名截止后，项目开工", None, None),
        ("项目停工", None, "actual"),
        ("项目将停工", None, "future"),
        ("项目清退", None, None),
    ],
)
def test_what_is_over_and_what_was_halted_is_actual(text, year, expected):
    assert told_modality(text, len(text) - 2, len(text), year=year) == expected
